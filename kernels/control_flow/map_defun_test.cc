// MapDefun: rows, captured values, and what may not be stacked.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/runtime/kernel.h"
#include "gtest/gtest.h"
#include "kernels/testing/function_test.h"
#include "kernels/testing/tensor_matchers.h"

namespace millrace {

absl::Status RegisterFunctionArgs(Registry& r);
absl::Status RegisterMapDefun(Registry& r);

namespace {

using absl::StatusCode;

// x + by, elementwise; OUT_OF_RANGE where x begins with 13.
class AddToAllKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(0);
    Tensor* y;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &y));
    for (int64_t i = 0; i < x.num_elements(); ++i) {
      if (x.data<int32_t>()[i] == 13) return absl::OutOfRangeError("an unlucky number");
      y->mutable_data<int32_t>()[i] = x.data<int32_t>()[i] + c.input(1).scalar<int32_t>();
    }
    return absl::OkStatus();
  }
};

// A vector of x ones.
class OnesKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    Tensor* y;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({c.input(0).scalar<int32_t>()}), &y));
    std::fill_n(y->mutable_data<int32_t>(), y->num_elements(), 1);
    return absl::OkStatus();
  }
};

absl::Status RegisterTestOps(Registry& r) {
  absl::Status status = r.Add(
      Op("AddToAll").Input("x: int32").Input("by: int32").Output("y: int32").Cpu<AddToAllKernel>());
  status.Update(r.Add(Op("Ones").Input("x: int32").Output("y: int32").Cpu<OnesKernel>()));
  return status;
}

struct MapDefunTest : FunctionTest {
  MapDefunTest() : FunctionTest({RegisterFunctionArgs, RegisterMapDefun, RegisterTestOps}) {
    AddFunction("add", {kInt, kInt}, {{"n", "AddToAll", {"a0", "a1"}, "", {}, ""}}, {"n:y:0"},
                kInt);
    AddFunction("ones", {kInt}, {{"n", "Ones", {"a0"}, "", {}, ""}}, {"n:y:0"}, kInt);
  }

  // MapDefun of `f` with its first `sliced` arguments by rows.
  Node* Map(const std::string& f, int sliced, int captured, PartialShape row) {
    std::vector<Endpoint> inputs;
    for (int i = 0; i < sliced + captured; ++i) inputs.push_back(Arg(i, kInt));
    return Add("MapDefun", std::move(inputs),
               {{"Targuments", std::vector<DType>(sliced, kInt)},
                {"Tcaptured", std::vector<DType>(captured, kInt)},
                {"output_types", std::vector<DType>{kInt}},
                {"output_shapes", std::vector<PartialShape>{std::move(row)}},
                {"f", FunctionRef{f, nullptr}}});
  }
  StatusCode Code(std::vector<Tensor> args) { return Run(std::move(args)).status().code(); }

  static constexpr DType kInt = DType::kInt32;
};

Tensor Ints(std::initializer_list<int32_t> v) { return Tensor::Vector<int32_t>(v); }

TEST_F(MapDefunTest, RowsAreSlicedAndWhatIsCapturedIsNot) {
  Ret(Map("add", 1, 1, PartialShape::Of({2})));
  const Tensor rows = *Ints({1, 2, 3, 4, 5, 6}).Reshaped(Shape({3, 2}));
  EXPECT_OUTPUTS_NEAR(Run({rows, Tensor::Scalar<int32_t>(10)}),
                      {*Ints({11, 12, 13, 14, 15, 16}).Reshaped(Shape({3, 2}))});
}

TEST_F(MapDefunTest, ArgumentsAreSlicedSideBySide) {
  Ret(Map("add", 2, 0, PartialShape::Scalar()));
  EXPECT_OUTPUTS_NEAR(Run({Ints({1, 2, 3}), Ints({10, 20, 30})}), {Ints({11, 22, 33})});
  EXPECT_EQ(Code({Ints({1, 2, 3}), Ints({10, 20})}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code({Tensor::Scalar<int32_t>(1), Ints({10, 20})}), StatusCode::kInvalidArgument);
}

TEST_F(MapDefunTest, ManyRowsKeepTheirOrder) {
  Ret(Map("add", 1, 1, PartialShape()));
  std::vector<int32_t> rows(5000), sums(5000);
  for (int i = 0; i < 5000; ++i) sums[i] = (rows[i] = i + 14) + 1;
  EXPECT_OUTPUTS_NEAR(Run({Tensor::Vector<int32_t>(rows), Tensor::Scalar<int32_t>(1)}),
                      {Tensor::Vector<int32_t>(sums)});
}

TEST_F(MapDefunTest, NoRowsHaveTheShapeThatWasPromised) {
  Ret(Map("add", 1, 1, PartialShape::Of({2, -1})));
  EXPECT_OUTPUTS_NEAR(Run({Ints({}), Tensor::Scalar<int32_t>(1)}),
                      {*Ints({}).Reshaped(Shape({0, 2, 0}))});
}

TEST_F(MapDefunTest, ResultsThatDoNotFit) {
  Ret(Map("ones", 1, 0, PartialShape::Of({-1})));
  EXPECT_OUTPUTS_NEAR(Run({Ints({2, 2})}), {*Ints({1, 1, 1, 1}).Reshaped(Shape({2, 2}))});
  EXPECT_EQ(Code({Ints({2, 3})}), StatusCode::kInvalidArgument);  // rows of two lengths
}

TEST_F(MapDefunTest, ResultsOfAnotherShapeThanPromised) {
  Ret(Map("ones", 1, 0, PartialShape::Of({3})));
  EXPECT_EQ(Code({Ints({2, 2})}), StatusCode::kInvalidArgument);
}

TEST_F(MapDefunTest, TheErrorOfARowIsTheOps) {
  Ret(Map("add", 1, 1, PartialShape::Scalar()));
  EXPECT_EQ(Code({Ints({1, 13, 2}), Tensor::Scalar<int32_t>(1)}), StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace millrace
