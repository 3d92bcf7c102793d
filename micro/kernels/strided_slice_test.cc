#include "micro/kernels/strided_slice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

struct Case {
  std::vector<int32_t> begin, end, strides;
  int32_t begin_mask = 0, end_mask = 0, ellipsis = 0, new_axis = 0, shrink = 0;
  bool offset = false;
};

// Of x = [[[0, 1, 2], [3, 4, 5]], [[6, 7, 8], [9, 10, 11]]].
OpTest Example(const Case& c, std::vector<int32_t> out_shape) {
  OpTest op(kStridedSliceOp);
  const auto n = static_cast<int32_t>(c.begin.size());
  op.Add(Input<int16_t>({2, 2, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  op.Add(Constant<int32_t>({n}, c.begin)).Add(Constant<int32_t>({n}, c.end));
  op.Add(Constant<int32_t>({n}, c.strides)).AddOutput(Input<int16_t>(std::move(out_shape)));
  op.Set(Options()
             .Set(StridedSliceOptions::kBeginMask, c.begin_mask)
             .Set(StridedSliceOptions::kEndMask, c.end_mask)
             .Set(StridedSliceOptions::kEllipsisMask, c.ellipsis)
             .Set(StridedSliceOptions::kNewAxisMask, c.new_axis)
             .Set(StridedSliceOptions::kShrinkAxisMask, c.shrink)
             .Set(StridedSliceOptions::kOffset, c.offset));
  return op;
}

void ExpectSlice(const Case& c, std::vector<int32_t> shape, const std::vector<int16_t>& expected) {
  OpTest op = Example(c, std::move(shape));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAreArray(expected));
}

TEST(StridedSlice, AsPythonHasIt) {
  ExpectSlice({{0, 0, 0}, {2, 2, 3}, {1, 1, 2}}, {2, 2, 2}, {0, 2, 3, 5, 6, 8, 9, 11});
  ExpectSlice({{0, 0, -1}, {2, 1, -4}, {1, 1, -1}}, {2, 1, 3}, {2, 1, 0, 8, 7, 6});
  ExpectSlice({{-1}, {9}, {1}}, {1, 2, 3}, {6, 7, 8, 9, 10, 11});
  ExpectSlice({{1, 1, 1}, {0, 0, 0}, {1, 1, 1}, 7, 7}, {2, 2, 3},
              {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  ExpectSlice({{5, 5, 0}, {0, 0, 1}, {-1, -1, 1}, 0, 3}, {2, 2, 1}, {9, 6, 3, 0});
  ExpectSlice({{2}, {1}, {1}}, {0, 2, 3}, {});
}

TEST(StridedSlice, Masks) {
  ExpectSlice({{1, 0}, {2, 1}, {1, 1}, 0, 0, 0, 0, 1}, {1, 3}, {6, 7, 8});
  ExpectSlice({{0, 1}, {0, 2}, {1, 1}, 0, 0, /*ellipsis=*/1}, {2, 2, 1}, {1, 4, 7, 10});
  ExpectSlice(
      {{0, 0, -1}, {0, 0, 0}, {1, 1, 1}, 0, 0, /*ellipsis=*/2, /*new_axis=*/1, /*shrink=*/4},
      {1, 2, 2}, {2, 5, 8, 11});
  ExpectSlice({{1, 0, 1}, {1, 2, 2}, {1, 1, 1}, 0, 0, 0, 0, 0, /*offset=*/true}, {1, 2, 2},
              {7, 8, 10, 11});
}

TEST(StridedSlice, RefusesWhatDoesNotFit) {
  for (const Case& c :
       std::vector<Case>{{{0}, {1}, {0}},                                 // stride 0
                         {{2}, {3}, {1}, 0, 0, 0, 0, 1},                  // an index outside
                         {{0, 0, 0, 0}, {1, 1, 1, 1}, {1, 1, 1, 1}},      // too many
                         {{0, 0}, {1, 1}, {1, 1}, 0, 0, /*ellipsis=*/3},  // two ellipses
                         {{0}, {2}, {1}}}) {                              // not the output's size
    OpTest op = Example(c, {1, 2, 3});
    EXPECT_EQ(op.Run(), Status::kInvalidShape);
  }
}

TEST(StridedSlice, OfHugeNumbers) {
  OpTest op(kStridedSliceOp);
  op.Add(Input<int8_t>({3}, {1, 2, 3})).Add(Input<int64_t>({1}, {INT64_MIN}));
  op.Add(Input<int64_t>({1}, {INT64_MAX})).Add(Input<int64_t>({1}, {INT64_MAX}));
  op.AddOutput(Input<int8_t>({1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(1));
}

}  // namespace
}  // namespace millrace::micro::testing
