// MapAndBatchDataset: what its batches hold, and what an error costs. As TensorFlow 2.21 does.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/data/dataset.h"
#include "kernels/testing/function_test.h"

namespace millrace {

absl::Status RegisterFunctionArgs(Registry& r);
absl::Status RegisterMapAndBatchDataset(Registry& r);
absl::Status RegisterSourceDatasets(Registry& r);

namespace {

using Numbers = std::vector<int64_t>;

// x + y; 5 + y fails.
class AddButFiveKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const int64_t x = c.input(0).scalar<int64_t>();
    if (x == 5) return absl::InvalidArgumentError("five");
    c.set_output(0, Tensor::Scalar<int64_t>(x + c.input(1).scalar<int64_t>()));
    return absl::OkStatus();
  }
};

absl::Status RegisterTestOps(Registry& r) {
  return r.Add(Op("AddButFive")
                   .Input("x: int64")
                   .Input("y: int64")
                   .Output("z: int64")
                   .Cpu<AddButFiveKernel>());
}

struct MapAndBatchTest : FunctionTest {
  MapAndBatchTest()
      : FunctionTest({RegisterFunctionArgs, RegisterMapAndBatchDataset, RegisterSourceDatasets,
                      RegisterTestOps}) {
    constexpr DType kType = DType::kInt64;
    AddFunction("add", {kType, kType}, {{"n", "AddButFive", {"a0", "a1"}, "", {}, ""}}, {"n:z:0"},
                kType);
    // (stop of the range, what is added, batch_size, num_parallel_calls, drop_remainder)
    const AttrMap one = {{"output_types", std::vector<DType>{kType}},
                         {"output_shapes", std::vector<PartialShape>(1)}};
    Node* range = Add("RangeDataset", {Arg(0, kType), Arg(1, kType), Arg(2, kType)}, one);
    AttrMap attrs = one;
    attrs.Set("f", FunctionRef{"add", nullptr});
    attrs.Set("Targuments", std::vector<DType>{kType});
    attrs.Set("preserve_cardinality", true);
    Ret(Add("MapAndBatchDataset",
            {{range, 0}, Arg(3, kType), Arg(4, kType), Arg(5, kType), Arg(6, DType::kBool)},
            attrs));
  }

  absl::StatusOr<DatasetPtr> Make(int64_t elements, int64_t added, int64_t batch_size,
                                  int64_t calls, bool drop_remainder) {
    std::vector<Tensor> args;
    for (const int64_t n : {int64_t{0}, elements, int64_t{1}, added, batch_size, calls})
      args.push_back(Tensor::Scalar<int64_t>(n));
    args.push_back(Tensor::Scalar<bool>(drop_remainder));
    auto results = Run(std::move(args));
    if (!results.ok()) return results.status();
    return DatasetFrom((*results)[0]);
  }
  // The batches; an error is {-1}.
  std::vector<Numbers> All(const Dataset& dataset) {
    std::vector<Numbers> out;
    auto iterator = dataset.MakeIterator({device(), cancellation()});
    EXPECT_TRUE(iterator.ok()) << iterator.status();
    for (;;) {
      const NextResult next = (*iterator)->Next();
      if (next.end) return out;
      if (!next.status.ok()) {
        EXPECT_EQ(next.status.code(), absl::StatusCode::kInvalidArgument) << next.status;
        out.push_back({-1});
        continue;
      }
      const auto span = next.element[0].flat<int64_t>();
      out.emplace_back(span.begin(), span.end());
    }
  }
};

TEST_F(MapAndBatchTest, ResultsAreStackedInOrder) {
  using Batches = std::vector<Numbers>;
  const auto kept = Make(4, 10, 3, 2, false), dropped = Make(4, 10, 3, -1, true);
  ASSERT_TRUE(kept.ok() && dropped.ok()) << kept.status() << dropped.status();
  EXPECT_EQ(All(**kept), Batches({{10, 11, 12}, {13}}));
  EXPECT_EQ(All(**dropped), Batches({{10, 11, 12}}));
  EXPECT_EQ((*kept)->Cardinality(), 2);
  EXPECT_EQ((*dropped)->Cardinality(), 1);
}

TEST_F(MapAndBatchTest, AnErrorCostsItsBatch) {
  const auto dataset = Make(9, 100, 2, 1, false);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ(All(**dataset),
            std::vector<Numbers>({{100, 101}, {102, 103}, {-1}, {106, 107}, {108}}));
}

TEST_F(MapAndBatchTest, BadSizes) {
  for (const auto& [batch_size, calls] :
       std::vector<std::pair<int64_t, int64_t>>{{0, 1}, {-1, 1}, {1, 0}, {1, -2}}) {
    EXPECT_EQ(Make(3, 0, batch_size, calls, false).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace millrace
