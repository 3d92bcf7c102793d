// Queue: who waits for what, in which order they are answered, closing and cancelling.
#include "kernels/queue/queue_resource.h"

#include "gtest/gtest.h"

namespace millrace {
namespace {

using absl::StatusCode;

QueueOptions Options(int64_t capacity) {
  QueueOptions o;
  o.kind = "FIFOQueue";
  o.name = "q";
  o.dtypes = {DType::kInt32};
  o.capacity = capacity;
  return o;
}

std::vector<Queue::Element> Elements(std::initializer_list<int32_t> values) {
  std::vector<Queue::Element> elements;
  for (const int32_t v : values) elements.push_back({Tensor::Scalar<int32_t>(v)});
  return elements;
}

// What became of a request.
struct Answer {
  int times = 0;
  absl::Status status;
  std::vector<int32_t> values;
  bool pending() const { return times == 0; }
};

struct QueueResourceTest : testing::Test {
  static void Put(Queue& q, std::initializer_list<int32_t> values, Answer* a,
                  Cancellation* cancellation = nullptr) {
    q.Put(Elements(values), cancellation, [a](absl::Status s) {
      ++a->times;
      a->status = std::move(s);
    });
  }
  static void Take(Queue& q, int64_t n, bool up_to, Answer* a,
                   Cancellation* cancellation = nullptr) {
    q.Take(n, up_to, cancellation, [a](absl::StatusOr<std::vector<Queue::Element>> got) {
      ++a->times;
      a->status = got.status();
      if (!got.ok()) return;
      for (const Queue::Element& e : *got) a->values.push_back(e[0].scalar<int32_t>());
    });
  }
};

TEST_F(QueueResourceTest, APutWaitsForRoomAndATakeForElements) {
  Queue q(Options(2));
  Answer put, take;
  Put(q, {1, 2, 3}, &put);
  EXPECT_TRUE(put.pending());
  EXPECT_EQ(q.size(), 2);
  Take(q, 1, false, &take);
  EXPECT_EQ(put.times, 1);
  EXPECT_TRUE(put.status.ok());
  EXPECT_EQ(take.values, std::vector<int32_t>({1}));

  Answer three;
  Take(q, 3, false, &three);
  EXPECT_TRUE(three.pending());
  Answer another;
  Put(q, {4}, &another);
  EXPECT_TRUE(another.status.ok());
  EXPECT_EQ(three.values, std::vector<int32_t>({2, 3, 4}));
  EXPECT_EQ(q.size(), 0);
}

TEST_F(QueueResourceTest, MoreThanTheCapacityCanBeTakenAtOnce) {
  Queue q(Options(1));
  Answer put, take;
  Take(q, 4, false, &take);
  Put(q, {1, 2, 3, 4}, &put);
  EXPECT_EQ(put.times, 1);
  EXPECT_EQ(take.values, std::vector<int32_t>({1, 2, 3, 4}));
}

TEST_F(QueueResourceTest, TakersAreServedInTheOrderTheyCame) {
  Queue q(Options(-1));
  Answer large, small, put;
  Take(q, 2, false, &large);
  Take(q, 1, false, &small);
  Put(q, {1}, &put);
  EXPECT_TRUE(large.pending());
  EXPECT_TRUE(small.pending());
  Answer more;
  Put(q, {2, 3}, &more);
  EXPECT_EQ(large.values, std::vector<int32_t>({1, 2}));
  EXPECT_EQ(small.values, std::vector<int32_t>({3}));
}

TEST_F(QueueResourceTest, ClosingLetsWaitingPutsThrough) {
  Queue q(Options(1));
  Answer first, waiting, late, a, b, c;
  Put(q, {1}, &first);
  Put(q, {2}, &waiting);
  EXPECT_TRUE(q.Shut(/*cancel_pending=*/false).ok());
  EXPECT_TRUE(q.closed());
  EXPECT_TRUE(waiting.pending());
  Put(q, {3}, &late);
  EXPECT_EQ(late.status.code(), StatusCode::kCancelled);
  Take(q, 1, false, &a);
  EXPECT_TRUE(waiting.status.ok());
  Take(q, 1, false, &b);
  Take(q, 1, false, &c);
  EXPECT_EQ(a.values, std::vector<int32_t>({1}));
  EXPECT_EQ(b.values, std::vector<int32_t>({2}));
  EXPECT_EQ(c.status.code(), StatusCode::kOutOfRange);
  EXPECT_EQ(q.Shut(false).code(), StatusCode::kCancelled);
}

TEST_F(QueueResourceTest, ClosingMayCancelWaitingPuts) {
  Queue q(Options(1));
  Answer first, waiting, take;
  Put(q, {1}, &first);
  Put(q, {2}, &waiting);
  EXPECT_TRUE(q.Shut(/*cancel_pending=*/true).ok());
  EXPECT_EQ(waiting.times, 1);
  EXPECT_EQ(waiting.status.code(), StatusCode::kCancelled);
  Take(q, 1, false, &take);
  EXPECT_EQ(take.values, std::vector<int32_t>({1}));
}

TEST_F(QueueResourceTest, ClosingAnswersTakersThatCannotBeServed) {
  Queue q(Options(-1));
  Answer put, exact, up_to, none;
  Put(q, {1, 2}, &put);
  Take(q, 3, false, &exact);
  Take(q, 3, true, &up_to);
  Take(q, 3, true, &none);
  EXPECT_TRUE(q.Shut(false).ok());
  EXPECT_EQ(exact.status.code(), StatusCode::kOutOfRange);
  EXPECT_EQ(up_to.values, std::vector<int32_t>({1, 2}));
  EXPECT_EQ(none.status.code(), StatusCode::kOutOfRange);
}

TEST_F(QueueResourceTest, WhatACancelledTakerHadGoesBack) {
  Queue q(Options(-1));
  Answer put, cancelled, next;
  Put(q, {1, 2}, &put);
  Cancellation step;
  Take(q, 3, false, &cancelled, &step);
  step.Cancel(absl::CancelledError("the step ended"));
  EXPECT_EQ(cancelled.times, 1);
  EXPECT_EQ(cancelled.status.code(), StatusCode::kCancelled);
  Take(q, 2, false, &next);
  EXPECT_EQ(next.values, std::vector<int32_t>({1, 2}));

  Answer at_once;
  Take(q, 1, false, &at_once, &step);
  EXPECT_EQ(at_once.status.code(), StatusCode::kCancelled);
}

TEST_F(QueueResourceTest, DestructionAnswersEverybody) {
  Answer take;
  {
    Queue q(Options(1));
    Take(q, 1, false, &take);
  }
  EXPECT_EQ(take.times, 1);
  EXPECT_EQ(take.status.code(), StatusCode::kCancelled);
}

TEST_F(QueueResourceTest, AShuffledQueueKeepsSomeWhileItIsOpen) {
  QueueOptions o = Options(-1);
  o.shuffled = true;
  o.min_after_dequeue = 3;
  o.seed = 7;
  Queue q(o);
  Answer put, two, more;
  Put(q, {0, 1, 2, 3, 4}, &put);
  Take(q, 2, false, &two);
  EXPECT_EQ(two.values.size(), 2u);
  Take(q, 3, false, &more);
  EXPECT_TRUE(more.pending());
  EXPECT_TRUE(q.Shut(false).ok());
  EXPECT_EQ(more.values.size(), 3u);
  std::vector<int32_t> all = two.values;
  all.insert(all.end(), more.values.begin(), more.values.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, std::vector<int32_t>({0, 1, 2, 3, 4}));
}

}  // namespace
}  // namespace millrace
