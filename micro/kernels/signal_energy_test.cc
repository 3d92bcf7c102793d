#include "micro/kernels/signal_energy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/custom_options_writer.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(SignalEnergy, OfAPartOfTheSpectrum) {
  OpTest op(kSignalEnergyOp);
  op.Add(Input<int16_t>({8}, {1, 1, 3, -4, -32768, -32768, 5, 5}));
  op.AddOutput(Input<uint32_t>({4}));
  op.SetCustom(CustomOptionsBytes({{"start_index", 1}, {"end_index", 3}}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<uint32_t>(), ElementsAre(0, 25, 2147483648u, 0));
}

TEST(SignalEnergy, RefusesWhatDoesNotFit) {
  for (const auto& [begin, end] : {std::pair(-1, 1), {2, 1}, {0, 3}}) {
    OpTest op(kSignalEnergyOp);
    op.Add(Input<int16_t>({4})).AddOutput(Input<uint32_t>({2}));
    op.SetCustom(CustomOptionsBytes({{"start_index", begin}, {"end_index", end}}));
    EXPECT_EQ(op.Run(), Status::kInvalidShape) << begin << " " << end;
  }
  OpTest size(kSignalEnergyOp);
  size.Add(Input<int16_t>({5})).AddOutput(Input<uint32_t>({2}));
  EXPECT_EQ(size.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
