// Accumulators: means and sums, old gradients, waiting, what is refused.
#include "kernels/accumulator/accumulator_resource.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterConditionalAccumulator(Registry& r);

namespace {

using absl::StatusCode;

struct ConditionalAccumulatorTest : OpTest {
  ConditionalAccumulatorTest() : OpTest({RegisterConditionalAccumulator}) {}

  Tensor Make(const std::string& reduction) {
    return Run1("ResourceConditionalAccumulator", {},
                {{"dtype", DType::kFloat},
                 {"shape", PartialShape::Of({-1})},
                 {"reduction_type", reduction},
                 {"shared_name", reduction}});
  }
  StatusCode Apply(const Tensor& a, int64_t step, Tensor gradient) {
    return Code("ResourceAccumulatorApplyGradient",
                {a, Tensor::Scalar<int64_t>(step), std::move(gradient)});
  }
  Tensor Take(const Tensor& a, int32_t required) {
    return Run1("ResourceAccumulatorTakeGradient", {a, Tensor::Scalar<int32_t>(required)},
                {{"dtype", DType::kFloat}});
  }
  Tensor Count(const Tensor& a) { return Run1("ResourceAccumulatorNumAccumulated", {a}); }
};

TEST_F(ConditionalAccumulatorTest, GivesMeansAndSums) {
  for (const char* reduction : {"MEAN", "SUM"}) {
    const Tensor a = Make(reduction);
    EXPECT_EQ(Apply(a, 0, Tensor::Vector<float>({1, 2})), StatusCode::kOk);
    EXPECT_EQ(Apply(a, 0, Tensor::Vector<float>({3, 6})), StatusCode::kOk);
    EXPECT_TENSOR_EQ(Count(a), Tensor::Scalar<int32_t>(2));
    const bool mean = std::string(reduction) == "MEAN";
    EXPECT_TENSOR_EQ(Take(a, 2),
                     mean ? Tensor::Vector<float>({2, 4}) : Tensor::Vector<float>({4, 8}));
    EXPECT_TENSOR_EQ(Count(a), Tensor::Scalar<int32_t>(0));
  }
}

TEST_F(ConditionalAccumulatorTest, DropsOldGradients) {
  const Tensor a = Make("MEAN");
  EXPECT_EQ(Apply(a, 0, Tensor::Vector<float>({1})), StatusCode::kOk);
  EXPECT_TENSOR_EQ(Take(a, 1), Tensor::Vector<float>({1}));
  // Taking advanced the step to 1.
  EXPECT_EQ(Apply(a, 0, Tensor::Vector<float>({1})), StatusCode::kOk);
  EXPECT_TENSOR_EQ(Count(a), Tensor::Scalar<int32_t>(0));
  EXPECT_EQ(Apply(a, 1, Tensor::Vector<float>({1})), StatusCode::kOk);
  EXPECT_TENSOR_EQ(Count(a), Tensor::Scalar<int32_t>(1));
  EXPECT_EQ(Code("ResourceAccumulatorSetGlobalStep", {a, Tensor::Scalar<int64_t>(5)}),
            StatusCode::kOk);
  EXPECT_EQ(Apply(a, 4, Tensor::Vector<float>({1})), StatusCode::kOk);
  EXPECT_TENSOR_EQ(Count(a), Tensor::Scalar<int32_t>(1));
}

TEST_F(ConditionalAccumulatorTest, RefusesOtherShapesAndNumbers) {
  const Tensor a = Make("MEAN");
  EXPECT_EQ(Apply(a, 0, Tensor::Scalar(1.0f)), StatusCode::kInvalidArgument);
  EXPECT_EQ(Apply(a, 0, Tensor::Vector<double>({1})), StatusCode::kInvalidArgument);
  EXPECT_EQ(Apply(a, 0, Tensor::Vector<float>({1})), StatusCode::kOk);
  EXPECT_EQ(Apply(a, 0, Tensor::Vector<float>({1, 2})), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ResourceAccumulatorTakeGradient", {a, Tensor::Scalar<int32_t>(0)},
                 {{"dtype", DType::kFloat}}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ResourceAccumulatorTakeGradient", {a, Tensor::Scalar<int32_t>(1)},
                 {{"dtype", DType::kDouble}}),
            StatusCode::kInvalidArgument);
}

TEST_F(ConditionalAccumulatorTest, WhoTakesWaitsForEnoughGradients) {
  Accumulator a(DType::kInt32, PartialShape::Scalar(), /*sparse=*/false, /*mean=*/false);
  int answers = 0;
  Tensor taken;
  a.Take(2, nullptr, [&](absl::StatusOr<GradientTuple> result) {
    ++answers;
    if (result.ok()) taken = (*result)[0];
  });
  EXPECT_TRUE(a.Apply(0, {Tensor::Scalar<int32_t>(3)}).ok());
  EXPECT_EQ(answers, 0);
  EXPECT_TRUE(a.Apply(0, {Tensor::Scalar<int32_t>(4)}).ok());
  EXPECT_EQ(answers, 1);
  EXPECT_TENSOR_EQ(taken, Tensor::Scalar<int32_t>(7));

  Cancellation step;
  StatusCode code = StatusCode::kOk;
  a.Take(1, &step, [&](absl::StatusOr<GradientTuple> result) { code = result.status().code(); });
  step.Cancel(absl::CancelledError("the step ended"));
  EXPECT_EQ(code, StatusCode::kCancelled);
  EXPECT_TRUE(a.Apply(1, {Tensor::Scalar<int32_t>(9)}).ok());
  EXPECT_EQ(a.count(), 1);
}

// Rows are summed by index; the mean is over the gradients that had the row.
struct SparseAccumulatorTest : ConditionalAccumulatorTest {
  OpInput MakeSparse(const std::string& reduction) {
    const Tensor handle = Run1("SparseConditionalAccumulator", {},
                               {{"dtype", DType::kFloat},
                                {"shape", PartialShape::Of({5, 2})},
                                {"reduction_type", reduction},
                                {"shared_name", "sparse " + reduction}});
    return OpInput(handle, RefType(DType::kString));
  }
  StatusCode ApplySparse(const OpInput& a, int64_t step, Tensor indices, Tensor values,
                         Tensor shape, bool known = true) {
    return Code(
        "SparseAccumulatorApplyGradient",
        {a, Tensor::Scalar<int64_t>(step), std::move(indices), std::move(values), std::move(shape)},
        {{"has_known_shape", known}});
  }
  absl::StatusOr<std::vector<Tensor>> TakeSparse(const OpInput& a, int32_t required) {
    return Run("SparseAccumulatorTakeGradient", {a, Tensor::Scalar<int32_t>(required)},
               {{"dtype", DType::kFloat}});
  }
};

TEST_F(SparseAccumulatorTest, GivesMeansAndSumsOfRows) {
  const Tensor shape = Tensor::Vector<int64_t>({5, 2});
  for (const char* reduction : {"MEAN", "SUM"}) {
    const OpInput a = MakeSparse(reduction);
    EXPECT_EQ(ApplySparse(a, 0, Tensor::Vector<int64_t>({3, 1}),
                          Tensor::Of<float>({2, 2}, {1, 2, 3, 4}), shape),
              StatusCode::kOk);
    EXPECT_EQ(ApplySparse(a, 0, Tensor::Vector<int64_t>({3, 0}),
                          Tensor::Of<float>({2, 2}, {3, 4, 5, 6}), shape),
              StatusCode::kOk);
    EXPECT_TENSOR_EQ(Run1("AccumulatorNumAccumulated", {a}), Tensor::Scalar<int32_t>(2));
    const bool mean = std::string(reduction) == "MEAN";
    EXPECT_OUTPUTS_NEAR(TakeSparse(a, 2), {Tensor::Vector<int64_t>({0, 1, 3}),
                                           mean ? Tensor::Of<float>({3, 2}, {5, 6, 3, 4, 2, 3})
                                                : Tensor::Of<float>({3, 2}, {5, 6, 3, 4, 4, 6}),
                                           shape});
    // The next step has begun: this gradient is too old.
    EXPECT_EQ(
        ApplySparse(a, 0, Tensor::Vector<int64_t>({3}), Tensor::Of<float>({1, 2}, {1, 1}), shape),
        StatusCode::kOk);
    EXPECT_TENSOR_EQ(Run1("AccumulatorNumAccumulated", {a}), Tensor::Scalar<int32_t>(0));
  }
}

TEST_F(SparseAccumulatorTest, Refuses) {
  const OpInput a = MakeSparse("MEAN");
  const Tensor shape = Tensor::Vector<int64_t>({5, 2}), one = Tensor::Vector<int64_t>({3});
  const Tensor row = Tensor::Of<float>({1, 2}, {1, 1});
  const StatusCode bad = StatusCode::kInvalidArgument;
  EXPECT_EQ(ApplySparse(a, 0, Tensor::Vector<int64_t>({1, 2}), row, shape), bad);
  EXPECT_EQ(ApplySparse(a, 0, Tensor::Of<int64_t>({1, 1}, {1}), row, shape), bad);
  EXPECT_EQ(ApplySparse(a, 0, one, Tensor::Of<float>({1, 3}, {1, 1, 1}), shape), bad);
  EXPECT_EQ(ApplySparse(a, 0, one, row, Tensor::Vector<int64_t>({4, 2})), bad);
  EXPECT_EQ(Code("AccumulatorApplyGradient", {a, Tensor::Scalar<int64_t>(0), row}), bad);
}

}  // namespace
}  // namespace millrace
