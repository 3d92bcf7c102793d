// docs/memory-model.md, rule by rule. Meant to run under the thread sanitizer too.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/base/cancellation.h"
#include "core/runtime/plan.h"
#include "core/runtime/resource.h"
#include "core/runtime/testing/test_ops.h"
#include "kernels/control_flow/register_control_flow.h"

namespace millrace {
namespace {

constexpr int kSize = 64;  // elements: enough not to live inside the tensor object

Tensor Filled(float value) { return Tensor::Vector<float>(std::vector<float>(kSize, value)); }

absl::Status AddOne(Tensor& t) {
  for (float& x : t.mutable_flat<float>()) x += 1;
  return absl::OkStatus();
}

// The value of all elements; -1 if they differ.
float CommonValue(const Tensor& t) {
  for (const float x : t.flat<float>()) {
    if (x != t.flat<float>()[0]) return -1;
  }
  return t.flat<float>()[0];
}

void OnThreads(int n, const std::function<void(int)>& fn) {
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i) threads.emplace_back(fn, i);
  for (std::thread& thread : threads) thread.join();
}

TEST(MemoryModelTest, UpdatesAreAtomicAndNoneIsLost) {
  Variable variable;
  variable.Assign(Filled(0));
  OnThreads(4, [&](int) {
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(variable.Update(AddOne).ok());
  });
  EXPECT_EQ(CommonValue(variable.Read()), 400);
}

TEST(MemoryModelTest, ReadsNeverSeeHalfAnUpdate) {
  Variable variable;
  variable.Assign(Filled(0));
  std::atomic<int> torn{0}, backwards{0};
  OnThreads(4, [&](int thread) {
    float last = 0;
    for (int i = 0; i < 200; ++i) {
      if (thread < 2) {
        ASSERT_TRUE(variable.Update(AddOne).ok());
        continue;
      }
      const float seen = CommonValue(variable.Read());
      if (seen < 0) ++torn;
      if (seen < last) ++backwards;
      last = seen;
    }
  });
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(backwards, 0);
}

TEST(MemoryModelTest, ASnapshotDoesNotChange) {
  Variable variable;
  variable.Assign(Filled(7));
  const Tensor snapshot = variable.Read();
  std::thread updater([&] {
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(variable.Update(AddOne).ok());
  });
  for (int i = 0; i < 50; ++i) ASSERT_EQ(CommonValue(snapshot), 7);
  updater.join();
  EXPECT_EQ(CommonValue(snapshot), 7);
  EXPECT_EQ(CommonValue(variable.Read()), 57);
}

TEST(MemoryModelTest, TheLastReaderGoneUpdatesAreInPlaceAgain) {
  Variable variable;
  variable.Assign(Filled(0));
  for (int i = 0; i < 100; ++i) {
    std::thread reader([&] { ASSERT_GE(CommonValue(variable.Read()), 0); });
    ASSERT_TRUE(variable.Update(AddOne).ok());
    reader.join();
  }
  const void* memory = variable.Read().raw_data();
  ASSERT_TRUE(variable.Update(AddOne).ok());
  EXPECT_EQ(variable.Read().raw_data(), memory);
}

// Steps over one variable, through plans.
class StepsTest : public testing::Test {
 protected:
  StepsTest() : devices_(DeviceSet::Local()), graph_(&registry_) {
    EXPECT_TRUE(RegisterControlFlowKernels(registry_).ok());
    EXPECT_TRUE(RegisterTestOps(registry_).ok());
    variable_.Assign(Filled(0));
  }

  Node* Update(std::vector<Node*> after = {}) {
    return graph_.Call(
        "update", {}, {}, [this](KernelContext&) { return variable_.Update(AddOne); },
        std::move(after));
  }
  Node* Read(std::vector<Node*> after = {}) {
    return graph_.Call(
        "read", {}, {DType::kFloat},
        [this](KernelContext& c) {
          c.set_output(0, variable_.Read());
          return absl::OkStatus();
        },
        std::move(after));
  }
  std::shared_ptr<const Plan> Compile() {
    auto plan = Plan::Create(graph_.Release(), devices_->host(), nullptr);
    EXPECT_TRUE(plan.ok()) << plan.status();
    return *plan;
  }
  static absl::StatusOr<std::vector<Tensor>> Run(const Plan& plan, std::vector<Tensor> args = {}) {
    Cancellation cancellation;
    StepContext step;
    step.step_id = 1;
    step.cancellation = &cancellation;
    return plan.Run(&step, std::move(args));
  }

  Registry registry_;
  std::shared_ptr<DeviceSet> devices_;
  TestGraph graph_;
  Variable variable_;
};

TEST_F(StepsTest, ControlEdgesOrderReadsAndUpdates) {
  Node* before = Read();
  Node* update = Update({before});
  Node* after = Read({update});
  graph_.Result(0, {before, 0});
  graph_.Result(1, {after, 0});
  auto plan = Compile();
  for (int i = 0; i < 20; ++i) {
    auto results = Run(*plan);
    ASSERT_TRUE(results.ok());
    EXPECT_EQ(CommonValue((*results)[0]), i);
    EXPECT_EQ(CommonValue((*results)[1]), i + 1);
  }
}

TEST_F(StepsTest, ConcurrentStepsSeeWholeUpdatesInOrder) {
  Node* first = Read();
  Node* update = Update({first});
  Node* second = Read({update});
  graph_.Result(0, {first, 0});
  graph_.Result(1, {second, 0});
  auto plan = Compile();
  std::atomic<int> wrong{0};
  OnThreads(4, [&](int) {
    for (int i = 0; i < 50; ++i) {
      auto results = Run(*plan);
      const float a = CommonValue((*results)[0]), b = CommonValue((*results)[1]);
      // Its own update lies between; others' may too.
      if (a < 0 || b < a + 1) ++wrong;
    }
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(CommonValue(variable_.Read()), 200);
}

TEST_F(StepsTest, AFetchedValueDoesNotChangeLater) {
  graph_.Result(0, {Read(), 0});
  auto read = Compile();
  auto fetched = Run(*read);
  ASSERT_TRUE(fetched.ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(variable_.Update(AddOne).ok());
  EXPECT_EQ(CommonValue((*fetched)[0]), 0);
}

TEST_F(StepsTest, AValueReadIsNotOverwrittenByItsConsumers) {
  graph_.Result(0, graph_.Neg({Read(), 0}));
  auto plan = Compile();
  ASSERT_TRUE(variable_.Update(AddOne).ok());
  auto results = Run(*plan);
  ASSERT_TRUE(results.ok());
  EXPECT_EQ(CommonValue((*results)[0]), -1);
  EXPECT_EQ(CommonValue(variable_.Read()), 1);
}

TEST_F(StepsTest, AnAssignedFeedIsACopy) {
  const Endpoint x = graph_.Arg(0);
  graph_.Call("assign", {x}, {}, [this](KernelContext& c) -> absl::Status {
    auto owned = c.input(0).Owned();
    if (!owned.ok()) return owned.status();
    variable_.Assign(*std::move(owned));
    return absl::OkStatus();
  });
  auto plan = Compile();
  std::vector<float> lent(kSize, 5);
  auto fed = Tensor::Borrow(DType::kFloat, {kSize}, lent.data(), kSize * 4, nullptr);
  ASSERT_TRUE(fed.ok());
  ASSERT_TRUE(Run(*plan, {*std::move(fed)}).ok());
  lent.assign(kSize, 9);
  EXPECT_EQ(CommonValue(variable_.Read()), 5);
  ASSERT_TRUE(variable_.Update(AddOne).ok());
  EXPECT_EQ(lent[0], 9);
}

TEST_F(StepsTest, NothingHappensAfterAFailedStepHasReturned) {
  Node* update = Update();
  Node* bad =
      graph_.Call("bad", {}, {}, [](KernelContext&) { return absl::InternalError("x"); }, {update});
  Update({bad});
  auto plan = Compile();
  EXPECT_FALSE(Run(*plan).ok());
  EXPECT_EQ(CommonValue(variable_.Read()), 1);
}

}  // namespace
}  // namespace millrace
