// GeneratorDataset: when its three functions are called, and with what.
#include <atomic>
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
absl::Status RegisterGeneratorDataset(Registry& r);

namespace {

using absl::StatusCode;
using Numbers = std::vector<int64_t>;

std::atomic<int64_t> given{0};               // elements since the last beginning
std::atomic<int64_t> begun{0}, finished{0};  // calls of init and finalize
std::atomic<int64_t> finished_with{0};       // the state that finalize got last

// (start) -> the state: start. INVALID_ARGUMENT for a negative one.
class BeginKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).scalar<int64_t>() < 0) return absl::InvalidArgumentError("no such start");
    given = 0;
    ++begun;
    c.set_output(0, c.input(0));
    return absl::OkStatus();
  }
};

// (state, count) -> state + the number of elements before; `count` times. An element of 13 fails.
class NextKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    if (given == c.input(1).scalar<int64_t>()) return absl::OutOfRangeError("enough");
    const int64_t value = c.input(0).scalar<int64_t>() + given++;
    if (value == 13) return absl::InternalError("an unlucky number");
    c.set_output(0, Tensor::Scalar<int64_t>(value));
    return absl::OkStatus();
  }
};

class FinishKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    ++finished;
    finished_with = c.input(0).scalar<int64_t>();
    c.set_output(0, c.input(0));
    return absl::OkStatus();
  }
};

absl::Status RegisterTestOps(Registry& r) {
  absl::Status status =
      r.Add(Op("Begin").Input("x: int64").Output("y: int64").Stateful().Cpu<BeginKernel>());
  status.Update(r.Add(Op("Next")
                          .Input("x: int64")
                          .Input("n: int64")
                          .Output("y: int64")
                          .Stateful()
                          .Cpu<NextKernel>()));
  status.Update(
      r.Add(Op("Finish").Input("x: int64").Output("y: int64").Stateful().Cpu<FinishKernel>()));
  return status;
}

NodeSpec OneOp(const std::string& op, std::vector<std::string> inputs) {
  return {"n", op, std::move(inputs), "", {}, ""};
}

struct GeneratorDatasetTest : FunctionTest {
  GeneratorDatasetTest()
      : FunctionTest({RegisterFunctionArgs, RegisterGeneratorDataset, RegisterTestOps}) {
    constexpr DType kType = DType::kInt64;
    AddFunction("init", {kType}, {OneOp("Begin", {"a0"})}, {"n:y:0"}, kType);
    AddFunction("next", {kType, kType}, {OneOp("Next", {"a0", "a1"})}, {"n:y:0"}, kType);
    AddFunction("finalize", {kType}, {OneOp("Finish", {"a0"})}, {"n:y:0"}, kType);
    begun = finished = finished_with = 0;
  }

  // The dataset of `count` elements from `start` on: init captures the one, next the other.
  DatasetPtr Make(int64_t start, int64_t count) {
    const std::vector<DType> one = {DType::kInt64};
    Ret(Add("GeneratorDataset", {Arg(0, DType::kInt64), Arg(1, DType::kInt64)},
            {{"init_func", FunctionRef{"init", nullptr}},
             {"next_func", FunctionRef{"next", nullptr}},
             {"finalize_func", FunctionRef{"finalize", nullptr}},
             {"Tinit_func_args", one},
             {"Tnext_func_args", one},
             {"Tfinalize_func_args", std::vector<DType>()},
             {"output_types", one},
             {"output_shapes", std::vector<PartialShape>(1)}}));
    auto results = Run({Tensor::Scalar<int64_t>(start), Tensor::Scalar<int64_t>(count)});
    EXPECT_TRUE(results.ok()) << results.status();
    auto dataset = DatasetFrom((*results)[0]);
    EXPECT_TRUE(dataset.ok()) << dataset.status();
    return *dataset;
  }
  std::unique_ptr<DatasetIterator> Iterate(const DatasetPtr& dataset) {
    auto iterator = dataset->MakeIterator({device(), cancellation()});
    EXPECT_TRUE(iterator.ok()) << iterator.status();
    return *std::move(iterator);
  }
  static Numbers All(DatasetIterator& iterator) {
    Numbers out;
    for (;;) {
      NextResult next = iterator.Next();
      EXPECT_TRUE(next.status.ok()) << next.status;
      if (!next.status.ok() || next.end) return out;
      out.push_back(next.element[0].scalar<int64_t>());
    }
  }
};

TEST_F(GeneratorDatasetTest, EachIterationBeginsAnewAndIsFinishedOnce) {
  const DatasetPtr dataset = Make(20, 3);
  EXPECT_EQ(dataset->Cardinality(), kUnknownCardinality);
  EXPECT_EQ(begun, 0);  // not before somebody wants an element
  for (int turn = 1; turn <= 2; ++turn) {
    auto iterator = Iterate(dataset);
    EXPECT_EQ(All(*iterator), (Numbers{20, 21, 22}));
    EXPECT_EQ(finished, turn);
    EXPECT_TRUE(iterator->Next().end);
    iterator = nullptr;
    EXPECT_EQ(begun, turn);
    EXPECT_EQ(finished, turn);
  }
  EXPECT_EQ(finished_with, 20);
}

TEST_F(GeneratorDatasetTest, AnIteratorThatGoesEarlyFinishes) {
  const DatasetPtr dataset = Make(5, 3);
  Iterate(dataset) = nullptr;
  EXPECT_EQ(finished, 0);  // it had not begun
  auto iterator = Iterate(dataset);
  EXPECT_EQ(iterator->Next().element[0].scalar<int64_t>(), 5);
  iterator = nullptr;
  EXPECT_EQ(finished, 1);
  EXPECT_EQ(finished_with, 5);
}

TEST_F(GeneratorDatasetTest, AnElementThatFailsIsNotTheEnd) {
  auto iterator = Iterate(Make(12, 3));
  EXPECT_EQ(iterator->Next().element[0].scalar<int64_t>(), 12);
  EXPECT_EQ(iterator->Next().status.code(), StatusCode::kInternal);
  EXPECT_EQ(finished, 0);
  EXPECT_EQ(All(*iterator), (Numbers{14}));
  EXPECT_EQ(finished, 1);
}

TEST_F(GeneratorDatasetTest, ABeginningThatFails) {
  auto iterator = Iterate(Make(-1, 3));
  EXPECT_EQ(iterator->Next().status.code(), StatusCode::kInvalidArgument);
  iterator = nullptr;
  EXPECT_EQ(finished, 0);
}

}  // namespace
}  // namespace millrace
