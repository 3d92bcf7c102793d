// The ops on queues: elements in and out, what is refused.
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterQueueOps(Registry& r);
absl::Status RegisterQueueTransfer(Registry& r);

namespace {

using absl::StatusCode;

struct QueueOpsTest : OpTest {
  QueueOpsTest() : OpTest({RegisterQueueOps, RegisterQueueTransfer}) {}

  Tensor Make(absl::string_view op, std::vector<PartialShape> shapes = {}, int64_t capacity = -1) {
    return Run1(op, {},
                {{"component_types", std::vector<DType>{DType::kFloat, DType::kInt32}},
                 {"shapes", std::move(shapes)},
                 {"capacity", capacity},
                 {"shared_name", "queue"}});
  }
  StatusCode Enqueue(const Tensor& queue, Tensor a, Tensor b) {
    return Code("QueueEnqueueV2", {queue, std::move(a), std::move(b)});
  }
  StatusCode EnqueueMany(const Tensor& queue, Tensor a, Tensor b) {
    return Code("QueueEnqueueManyV2", {queue, std::move(a), std::move(b)});
  }
  absl::StatusOr<std::vector<Tensor>> Dequeue(const Tensor& queue) {
    return Run("QueueDequeueV2", {queue}, Types());
  }
  absl::StatusOr<std::vector<Tensor>> DequeueMany(const Tensor& queue, int32_t n) {
    return Run("QueueDequeueManyV2", {queue, Tensor::Scalar<int32_t>(n)}, Types());
  }
  absl::StatusOr<std::vector<Tensor>> DequeueUpTo(const Tensor& queue, int32_t n) {
    return Run("QueueDequeueUpToV2", {queue, Tensor::Scalar<int32_t>(n)}, Types());
  }
  int32_t Size(const Tensor& queue) { return Run1("QueueSizeV2", {queue}).scalar<int32_t>(); }

  static AttrMap Types() {
    return {{"component_types", std::vector<DType>{DType::kFloat, DType::kInt32}}};
  }
};

std::vector<Tensor> Pair(float a, int32_t b) {
  return {Tensor::Scalar<float>(a), Tensor::Scalar<int32_t>(b)};
}

const std::vector<PartialShape>& Scalars() {
  static const auto* shapes =
      new std::vector<PartialShape>{PartialShape::Scalar(), PartialShape::Scalar()};
  return *shapes;
}

TEST_F(QueueOpsTest, FirstInFirstOut) {
  const Tensor queue = Make("FIFOQueueV2", Scalars());
  EXPECT_EQ(Enqueue(queue, Tensor::Scalar(1.0f), Tensor::Scalar<int32_t>(10)), StatusCode::kOk);
  EXPECT_EQ(
      EnqueueMany(queue, Tensor::Vector<float>({2, 3, 4}), Tensor::Vector<int32_t>({20, 30, 40})),
      StatusCode::kOk);
  EXPECT_EQ(Size(queue), 4);
  EXPECT_OUTPUTS_NEAR(Dequeue(queue), Pair(1, 10));
  EXPECT_OUTPUTS_NEAR(
      DequeueMany(queue, 2),
      std::vector<Tensor>({Tensor::Vector<float>({2, 3}), Tensor::Vector<int32_t>({20, 30})}));
  EXPECT_OUTPUTS_NEAR(DequeueMany(queue, 0), std::vector<Tensor>({Tensor::Vector<float>({}),
                                                                  Tensor::Vector<int32_t>({})}));
  EXPECT_EQ(Size(queue), 1);
}

TEST_F(QueueOpsTest, AClosedQueueGivesWhatIsLeft) {
  const Tensor queue = Make("FIFOQueueV2", Scalars());
  EXPECT_EQ(
      EnqueueMany(queue, Tensor::Vector<float>({1, 2, 3}), Tensor::Vector<int32_t>({1, 2, 3})),
      StatusCode::kOk);
  EXPECT_TENSOR_EQ(Run1("QueueIsClosedV2", {queue}), Tensor::Scalar(false));
  EXPECT_EQ(Code("QueueCloseV2", {queue}), StatusCode::kOk);
  EXPECT_TENSOR_EQ(Run1("QueueIsClosedV2", {queue}), Tensor::Scalar(true));
  EXPECT_EQ(Enqueue(queue, Tensor::Scalar(1.0f), Tensor::Scalar<int32_t>(1)),
            StatusCode::kCancelled);
  EXPECT_EQ(DequeueMany(queue, 4).status().code(), StatusCode::kOutOfRange);
  EXPECT_OUTPUTS_NEAR(Dequeue(queue), Pair(1, 1));
  EXPECT_OUTPUTS_NEAR(
      DequeueUpTo(queue, 5),
      std::vector<Tensor>({Tensor::Vector<float>({2, 3}), Tensor::Vector<int32_t>({2, 3})}));
  EXPECT_EQ(DequeueUpTo(queue, 5).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(Dequeue(queue).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(Code("QueueCloseV2", {queue}), StatusCode::kCancelled);
}

TEST_F(QueueOpsTest, RefusesComponentsOfOtherTypesAndShapes) {
  const Tensor queue = Make("FIFOQueueV2", Scalars());
  EXPECT_EQ(Enqueue(queue, Tensor::Scalar(1.0), Tensor::Scalar<int32_t>(1)),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Enqueue(queue, Tensor::Vector<float>({1}), Tensor::Scalar<int32_t>(1)),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QueueEnqueueV2", {queue, Tensor::Scalar(1.0f)}), StatusCode::kInvalidArgument);
  EXPECT_EQ(EnqueueMany(queue, Tensor::Vector<float>({1, 2}), Tensor::Vector<int32_t>({1})),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(EnqueueMany(queue, Tensor::Scalar(1.0f), Tensor::Scalar<int32_t>(1)),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(DequeueMany(queue, -1).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("QueueDequeueV2", {queue}, {{"component_types", std::vector<DType>{DType::kFloat}}}),
      StatusCode::kInvalidArgument);
  EXPECT_EQ(Size(queue), 0);
}

TEST_F(QueueOpsTest, ManyNeedKnownShapes) {
  const Tensor queue = Make("FIFOQueueV2");
  EXPECT_EQ(Enqueue(queue, Tensor::Vector<float>({1, 2}), Tensor::Scalar<int32_t>(1)),
            StatusCode::kOk);
  EXPECT_EQ(DequeueMany(queue, 1).status().code(), StatusCode::kInvalidArgument);
  EXPECT_OUTPUTS_NEAR(Dequeue(queue), std::vector<Tensor>({Tensor::Vector<float>({1, 2}),
                                                           Tensor::Scalar<int32_t>(1)}));
}

TEST_F(QueueOpsTest, APaddingQueuePadsToTheLargest) {
  const Tensor queue =
      Make("PaddingFIFOQueueV2", {PartialShape::UnknownOfRank(1), PartialShape::Scalar()});
  EXPECT_EQ(Enqueue(queue, Tensor::Vector<float>({1}), Tensor::Scalar<int32_t>(1)),
            StatusCode::kOk);
  EXPECT_EQ(Enqueue(queue, Tensor::Vector<float>({2, 3, 4}), Tensor::Scalar<int32_t>(2)),
            StatusCode::kOk);
  EXPECT_OUTPUTS_NEAR(DequeueMany(queue, 2),
                      std::vector<Tensor>({Tensor::Of<float>({2, 3}, {1, 0, 0, 2, 3, 4}),
                                           Tensor::Vector<int32_t>({1, 2})}));
  EXPECT_EQ(Enqueue(queue, Tensor::Scalar(1.0f), Tensor::Scalar<int32_t>(1)),
            StatusCode::kInvalidArgument);
}

TEST_F(QueueOpsTest, AShuffledQueueGivesEachElementOnce) {
  const Tensor queue = Make("RandomShuffleQueueV2", Scalars());
  EXPECT_EQ(EnqueueMany(queue, Tensor::Vector<float>({1, 2, 3, 4}),
                        Tensor::Vector<int32_t>({1, 2, 3, 4})),
            StatusCode::kOk);
  auto got = DequeueMany(queue, 4);
  ASSERT_TRUE(got.ok()) << got.status();
  int sum = 0;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ((*got)[0].data<float>()[i], static_cast<float>((*got)[1].data<int32_t>()[i]));
    sum += 1 << (*got)[1].data<int32_t>()[i];
  }
  EXPECT_EQ(sum, 2 + 4 + 8 + 16);
}

TEST_F(QueueOpsTest, OneNameIsOneQueueOfOneKind) {
  const Tensor queue = Make("FIFOQueueV2", Scalars());
  EXPECT_EQ(Enqueue(queue, Tensor::Scalar(1.0f), Tensor::Scalar<int32_t>(1)), StatusCode::kOk);
  EXPECT_EQ(Size(Make("FIFOQueueV2", Scalars())), 1);
  EXPECT_EQ(Code("PaddingFIFOQueueV2", {},
                 {{"component_types", std::vector<DType>{DType::kFloat, DType::kInt32}},
                  {"shapes", Scalars()},
                  {"shared_name", "queue"}}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("RandomShuffleQueueV2", {},
                 {{"component_types", std::vector<DType>{DType::kFloat}},
                  {"capacity", int64_t{2}},
                  {"min_after_dequeue", int64_t{2}}}),
            StatusCode::kInvalidArgument);
}

TEST_F(QueueOpsTest, TheLeastPriorityComesFirst) {
  const AttrMap attrs = {{"component_types", std::vector<DType>{DType::kFloat}},
                         {"shapes", std::vector<PartialShape>{PartialShape::Scalar()}},
                         {"shared_name", "priorities"}};
  const Tensor queue = Run1("PriorityQueueV2", {}, attrs);
  const auto put = [&](int64_t priority, float value) {
    return Code("QueueEnqueueV2",
                {queue, Tensor::Scalar<int64_t>(priority), Tensor::Scalar<float>(value)});
  };
  for (const auto& [priority, value] : {std::pair(5, 1.0f), {2, 2.0f}, {9, 3.0f}, {2, 4.0f}})
    EXPECT_EQ(put(priority, value), StatusCode::kOk);
  const AttrMap types = {{"component_types", std::vector<DType>{DType::kInt64, DType::kFloat}}};
  EXPECT_OUTPUTS_NEAR(Run("QueueDequeueManyV2", {queue, Tensor::Scalar<int32_t>(4)}, types),
                      {Tensor::Vector<int64_t>({2, 2, 5, 9}), Tensor::Vector<float>({2, 4, 1, 3})});
  EXPECT_EQ(Code("QueueEnqueueV2", {queue, Tensor::Scalar<float>(1), Tensor::Scalar<float>(1)}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QueueEnqueueV2", {queue, Tensor::Vector<int64_t>({1}), Tensor::Scalar<float>(1)}),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
