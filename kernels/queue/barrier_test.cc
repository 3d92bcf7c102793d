// Barriers. As TensorFlow 2.21 does.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterBarrier(Registry& r);

namespace {

using absl::StatusCode;

struct BarrierTest : OpTest {
  BarrierTest() : OpTest({RegisterBarrier}) {}

  static AttrMap Barrier(std::vector<DType> dtypes = {DType::kFloat, DType::kString}) {
    return {{"shapes", std::vector<PartialShape>(dtypes.size(), PartialShape::Scalar())},
            {"component_types", std::move(dtypes)},
            {"shared_name", "b"}};
  }
  OpInput Handle() { return OpInput(Run1("Barrier", {}, Barrier()), RefType(DType::kString)); }
  StatusCode Insert(std::vector<std::string> keys, Tensor values, int64_t component) {
    return Code("BarrierInsertMany",
                {Handle(), Tensor::Vector<std::string>(keys), std::move(values)},
                {{"component_index", component}});
  }
  absl::StatusOr<std::vector<Tensor>> Take(int32_t n, bool small = false) {
    return Run("BarrierTakeMany", {Handle(), Tensor::Scalar<int32_t>(n)},
               {{"component_types", std::vector<DType>{DType::kFloat, DType::kString}},
                {"allow_small_batch", small}});
  }
  StatusCode Close(bool cancel) {
    return Code("BarrierClose", {Handle()}, {{"cancel_pending_enqueues", cancel}});
  }
  std::pair<int32_t, int32_t> Sizes() {
    return {Run1("BarrierReadySize", {Handle()}).scalar<int32_t>(),
            Run1("BarrierIncompleteSize", {Handle()}).scalar<int32_t>()};
  }
  static Tensor Floats(std::initializer_list<float> f) { return Tensor::Vector<float>(f); }
  static Tensor Strings(std::initializer_list<std::string> s) {
    return Tensor::Vector<std::string>(s);
  }
};

constexpr int64_t kFirst = INT64_MIN;

TEST_F(BarrierTest, GivesWholeTuplesInTheOrderOfTheirKeys) {
  EXPECT_EQ(Insert({"a", "b", "c"}, Floats({1, 2, 3}), 0), StatusCode::kOk);
  EXPECT_EQ(Insert({"c", "d"}, Strings({"C", "D"}), 1), StatusCode::kOk);
  EXPECT_EQ(Insert({"a"}, Strings({"A"}), 1), StatusCode::kOk);
  EXPECT_EQ(Sizes(), std::make_pair(2, 2));
  EXPECT_OUTPUTS_NEAR(
      Take(2), std::vector<Tensor>({Tensor::Vector<int64_t>({kFirst, kFirst}), Strings({"a", "c"}),
                                    Floats({1, 3}), Strings({"A", "C"})}));
  EXPECT_EQ(Sizes(), std::make_pair(0, 2));
  EXPECT_EQ(Insert({"b", "d"}, Strings({"B", "x"}), 1), StatusCode::kInvalidArgument);
  EXPECT_EQ(Insert({"d"}, Floats({4}), 0), StatusCode::kOk);
  EXPECT_OUTPUTS_NEAR(
      Take(2), std::vector<Tensor>({Tensor::Vector<int64_t>({kFirst, kFirst + 1}),
                                    Strings({"b", "d"}), Floats({2, 4}), Strings({"B", "D"})}));
}

TEST_F(BarrierTest, ClosesToNewKeysThenToAll) {
  EXPECT_EQ(Insert({"a", "b"}, Floats({1, 2}), 0), StatusCode::kOk);
  EXPECT_EQ(Insert({"a"}, Strings({"A"}), 1), StatusCode::kOk);
  EXPECT_EQ(Close(false), StatusCode::kOk);
  EXPECT_EQ(Insert({"n"}, Floats({1}), 0), StatusCode::kCancelled);
  EXPECT_EQ(Take(3).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(Insert({"b"}, Strings({"B"}), 1), StatusCode::kOk);
  EXPECT_OUTPUTS_NEAR(Take(5, true), std::vector<Tensor>({Tensor::Vector<int64_t>({kFirst, kFirst}),
                                                          Strings({"a", "b"}), Floats({1, 2}),
                                                          Strings({"A", "B"})}));
  EXPECT_EQ(Take(1, true).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(Close(false), StatusCode::kCancelled);
  EXPECT_EQ(Close(true), StatusCode::kOk);
  EXPECT_EQ(Close(true), StatusCode::kCancelled);
}

TEST_F(BarrierTest, ForgetsWhatIsIncompleteWhenPendingKeysAreCancelled) {
  EXPECT_EQ(Insert({"a", "b"}, Floats({1, 2}), 0), StatusCode::kOk);
  EXPECT_EQ(Insert({"a"}, Strings({"A"}), 1), StatusCode::kOk);
  EXPECT_EQ(Close(true), StatusCode::kOk);
  EXPECT_EQ(Sizes(), std::make_pair(1, 0));
  EXPECT_EQ(Insert({"b"}, Strings({"B"}), 1), StatusCode::kCancelled);
  EXPECT_TRUE(Take(1).ok());
}

TEST_F(BarrierTest, Refuses) {
  const StatusCode bad = StatusCode::kInvalidArgument;
  EXPECT_EQ(Insert({"a"}, Floats({1}), 2), bad);
  EXPECT_EQ(Insert({"a"}, Floats({1}), -1), bad);
  EXPECT_EQ(Insert({"a"}, Strings({"x"}), 0), bad);
  EXPECT_EQ(Insert({"a", "b"}, Floats({1}), 0), bad);
  EXPECT_EQ(Insert({"a"}, Tensor::Scalar<float>(1), 0), bad);
  EXPECT_EQ(Insert({"a"}, Floats({1}), 0), StatusCode::kOk);
  EXPECT_EQ(Insert({"a"}, Floats({1}), 0), bad);
  EXPECT_EQ(Take(-1).status().code(), bad);
  EXPECT_EQ(Code("Barrier", {}, Barrier({DType::kInt32})), bad);
  AttrMap limited = Barrier();
  limited.Set("capacity", int64_t{5});
  EXPECT_EQ(Code("Barrier", {}, limited), bad);
}

}  // namespace
}  // namespace millrace
