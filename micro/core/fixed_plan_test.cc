#include "micro/core/fixed_plan.h"

#include <gtest/gtest.h>

#include "micro/testing/model_builder.h"

namespace millrace::micro {
namespace {

using testing::Input;
using testing::ModelBuilder;

testing::ModelBytes TwoTensors() {
  ModelBuilder builder;
  const int x = builder.Add(Input<float>({4}));
  const int y = builder.Add(Input<float>({4}));
  builder.AddOp(BuiltinOp::kAbs, {x}, {y}).SetInputs({x}).SetOutputs({y});
  return builder.Build();
}

// A graph with two tensors, requests of two ops, and an arena of 256 bytes.
struct Fixture {
  Fixture() {
    graph.model = ModelView(bytes.data());
    graph.subgraphs = &subgraph;
    subgraph.tensors = data;
  }
  Status Apply(const FixedPlan& plan, const PlanOptions& options = {}) {
    return ApplyFixedPlan(plan, graph, requests, 3, options, &arena, &report, &error);
  }

  testing::ModelBytes bytes = TwoTensors();
  Graph graph;
  SubgraphState subgraph;
  void* data[2] = {nullptr, nullptr};
  void* where[3] = {nullptr, nullptr, nullptr};
  ScratchRequest requests[3] = {{&where[0], 20, 0, 0}, {&where[1], 4, 0, 0}, {&where[2], 40, 0, 1}};
  alignas(16) uint8_t memory[256];
  Arena arena{memory, sizeof(memory)};
  MemoryReport report;
  Error error;
};

constexpr int32_t kOffsets[] = {16, 0};
constexpr const int32_t* kTensors[] = {kOffsets};
constexpr uint32_t kFreeFrom[] = {32, 16};

TEST(FixedPlanTest, OpsShareScratchMemory) {
  Fixture f;
  ASSERT_EQ(f.Apply({kTensors, kFreeFrom, 32}), Status::kOk);
  EXPECT_EQ(f.data[0], f.memory + 16);
  EXPECT_EQ(f.data[1], f.memory);
  EXPECT_EQ(f.where[0], f.memory + 32);
  EXPECT_EQ(f.where[1], f.memory + 64);
  EXPECT_EQ(f.where[2], f.memory + 16);
  EXPECT_EQ(f.report.planned, 80u);
  EXPECT_EQ(f.report.bookkeeping, sizeof(f.requests));
}

TEST(FixedPlanTest, WithoutTableNothingIsShared) {
  Fixture f;
  ASSERT_EQ(f.Apply({kTensors, nullptr, 32}), Status::kOk);
  EXPECT_EQ(f.where[0], f.memory + 32);
  EXPECT_EQ(f.where[1], f.memory + 64);
  EXPECT_EQ(f.where[2], f.memory + 80);
  EXPECT_EQ(f.report.planned, 128u);
}

TEST(FixedPlanTest, ATensorWithoutPlaceKeepsItsData) {
  Fixture f;
  const int32_t offsets[] = {-1, 0};
  const int32_t* const tensors[] = {offsets};
  f.data[0] = f.memory + 7;
  ASSERT_EQ(f.Apply({tensors, kFreeFrom, 16}), Status::kOk);
  EXPECT_EQ(f.data[0], f.memory + 7);
}

TEST(FixedPlanTest, SaysHowLargeTheArenaMustBe) {
  Fixture f;
  ASSERT_EQ(f.Apply({kTensors, kFreeFrom, 1000}), Status::kArenaTooSmall);
  EXPECT_EQ(f.error.needed_bytes, 1008u);
}

TEST(FixedPlanTest, RefusesABatch) {
  Fixture f;
  PlanOptions options;
  options.batch = 2;
  EXPECT_EQ(f.Apply({kTensors, kFreeFrom, 32}, options), Status::kUnsupported);
  options.batch = 1;
  options.preserve_all = true;
  EXPECT_EQ(f.Apply({kTensors, kFreeFrom, 32}, options), Status::kUnsupported);
}

}  // namespace
}  // namespace millrace::micro
