// The interpreter on small graphs of ops made here, so that nothing depends on a kernel.
#include "micro/core/interpreter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "micro/testing/model_runner.h"

namespace millrace::micro::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// y = x + 1, in place if it may.
Status InvokeAddOne(OpContext& context) {
  const TensorView x = context.input(0);
  for (int i = 0; i < x.elements(); ++i) {
    context.output_data<float>()[i] = x.data<float>()[i] + 1;
  }
  return Status::kOk;
}
const OpRegistration kAddOneOp = {
    .custom_name = "AddOne", .min_inputs = 1, .flags = kMayRunInPlace, .invoke = InvokeAddOne};
const OpRegistration kAddOneElsewhereOp = {
    .custom_name = "AddOneElsewhere", .min_inputs = 1, .invoke = InvokeAddOne};

// y = x + a counter, through op data and a scratch buffer.
struct CounterData {
  float* scratch;
  int count;
};
Status PrepareCounter(OpContext& context) {
  CounterData* data;
  MR_TRY(context.NewData(&data));
  return context.RequestScratch(context.input(0).bytes(), &data->scratch);
}
Status InvokeCounter(OpContext& context) {
  CounterData& data = context.data<CounterData>();
  const ProfileScope scope = context.Scope("copy");
  const int elements = context.input(0).elements();
  for (int i = 0; i < elements; ++i) data.scratch[i] = context.input_data<float>(0)[i];
  ++data.count;
  for (int i = 0; i < elements; ++i) {
    context.output_data<float>()[i] = data.scratch[i] + static_cast<float>(data.count);
  }
  return Status::kOk;
}
void ResetCounter(OpContext& context) { context.data<CounterData>().count = 0; }
const OpRegistration kCounterOp = {.custom_name = "Counter",
                                   .min_inputs = 1,
                                   .prepare = PrepareCounter,
                                   .invoke = InvokeCounter,
                                   .reset = ResetCounter};

// y = state; state = x.
Status InvokeDelay(OpContext& context) {
  const TensorView state = context.input(1);
  for (int i = 0; i < state.elements(); ++i) {
    context.output_data<int8_t>()[i] = state.data<int8_t>()[i];
    state.data<int8_t>()[i] = context.input_data<int8_t>(0)[i];
  }
  return Status::kOk;
}
const OpRegistration kDelayOp = {.custom_name = "Hold", .min_inputs = 2, .invoke = InvokeDelay};

// Fails without a word to the context.
Status PrepareSilently(OpContext&) { return Status::kUnsupported; }
const OpRegistration kSilentOp = {
    .custom_name = "Silent", .min_inputs = 1, .prepare = PrepareSilently, .invoke = InvokeAddOne};

const OpRegistration* const kOps[] = {&kAddOneOp, &kAddOneElsewhereOp, &kCounterOp, &kDelayOp,
                                      &kSilentOp};

// `length` ops of that name in a row over `elements` floats.
ModelBuilder Chain(const std::string& op, int length, int elements) {
  ModelBuilder model;
  const int first = model.Add(Input<float>({1, elements}));
  int last = first;
  for (int i = 0; i < length; ++i) {
    const int next = model.Add(Input<float>({1, elements}));
    model.AddCustomOp(op, {last}, {next});
    last = next;
  }
  return model.SetInputs({first}).SetOutputs({last});
}

TEST(MicroInterpreter, RunsAChain) {
  ModelRunner runner(Chain("AddOne", 5, 2), kOps);
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  runner.Set<float>(0, {1, 2});
  ASSERT_EQ(runner.Invoke(), Status::kOk);
  EXPECT_THAT(runner.Output<float>(0), ElementsAre(6, 7));
}

TEST(MicroInterpreter, SharesMemoryInPlaceWhereTheKernelAllowsIt) {
  ModelRunner in_place(Chain("AddOne", 5, 64), kOps), apart(Chain("AddOneElsewhere", 5, 64), kOps);
  ASSERT_EQ(in_place.Allocate(), Status::kOk);
  ASSERT_EQ(apart.Allocate(), Status::kOk);
  EXPECT_EQ(in_place.interpreter().memory().planned, 64 * sizeof(float));
  EXPECT_EQ(apart.interpreter().memory().planned, 2 * 64 * sizeof(float));
}

TEST(MicroInterpreter, DoesNotOverwriteWhatIsStillNeeded) {
  ModelBuilder model;
  const int x = model.Add(Input<float>({2}));
  const int y = model.Add(Input<float>({2}));
  const int z = model.Add(Input<float>({2}));
  model.AddCustomOp("AddOne", {x}, {y}).AddCustomOp("AddOne", {x}, {z});
  model.SetInputs({x}).SetOutputs({y, z, x});
  ModelRunner runner(model, kOps);
  ASSERT_EQ(runner.Allocate(), Status::kOk);
  runner.Set<float>(0, {1, 2});
  ASSERT_EQ(runner.Invoke(), Status::kOk);
  EXPECT_THAT(runner.Output<float>(0), ElementsAre(2, 3));
  EXPECT_THAT(runner.Output<float>(1), ElementsAre(2, 3));
  EXPECT_THAT(runner.Output<float>(2), ElementsAre(1, 2));
}

TEST(MicroInterpreter, PreservesAllTensorsWhenAsked) {
  InterpreterOptions options;
  options.preserve_all_tensors = true;
  ModelRunner runner(Chain("AddOne", 3, 2), kOps, 1 << 16, options);
  ASSERT_EQ(runner.Allocate(), Status::kOk);
  runner.Set<float>(0, {1, 2});
  ASSERT_EQ(runner.Invoke(), Status::kOk);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(runner.interpreter().tensor(0, i).data<float>()[0], 1 + i);
  }
}

TEST(MicroInterpreter, NeedsExactlyWhatItReports) {
  for (const char* op : {"AddOne", "Counter"}) {
    for (const int elements : {1, 200}) {
      const ModelBuilder model = Chain(op, 3, elements);
      ModelRunner large(model, kOps);
      ASSERT_EQ(large.Allocate(), Status::kOk);
      const size_t needed = large.interpreter().memory().total();
      ModelRunner exact(model, kOps, needed);
      EXPECT_EQ(exact.Allocate(), Status::kOk) << op << " " << elements;
      ModelRunner small(model, kOps, needed - 16);
      EXPECT_EQ(small.Allocate(), Status::kArenaTooSmall) << op << " " << elements;
      EXPECT_LE(small.interpreter().error().needed_bytes, needed);
      EXPECT_GT(small.interpreter().error().needed_bytes, needed - 16);
    }
  }
}

TEST(MicroInterpreter, SaysInWhatOrderItIsUsed) {
  ModelRunner runner(Chain("AddOne", 1, 1), kOps);
  EXPECT_EQ(runner.Invoke(), Status::kWrongOrder);
  EXPECT_EQ(runner.interpreter().Reset(), Status::kWrongOrder);
  ASSERT_EQ(runner.Allocate(), Status::kOk);
  EXPECT_EQ(runner.Allocate(), Status::kWrongOrder);
  EXPECT_EQ(runner.interpreter().ResizeInputBatch(2), Status::kWrongOrder);
}

TEST(MicroInterpreter, PassesOnAFailureThatAKernelDoesNotExplain) {
  ModelRunner runner(Chain("Silent", 1, 1), kOps);
  EXPECT_EQ(runner.Allocate(), Status::kUnsupported);
  EXPECT_EQ(runner.interpreter().error().status, Status::kUnsupported);
  EXPECT_EQ(runner.interpreter().Reset(), Status::kWrongOrder);
}

TEST(MicroInterpreter, NamesTheOpThatTheResolverLacks) {
  ModelBuilder model = Chain("AddOne", 1, 1);
  const int y = model.Add(Input<float>({1, 1}));
  model.AddCustomOp("Unheard", {1}, {y});
  std::vector<Error> told;
  InterpreterOptions options;
  options.errors.user = &told;
  options.errors.report = [](void* user, const Error& error) {
    static_cast<std::vector<Error>*>(user)->push_back(error);
  };
  ModelRunner runner(model, kOps, 1 << 16, options);
  EXPECT_EQ(runner.Allocate(), Status::kUnknownOp);
  ASSERT_EQ(told.size(), 1u) << "told once";
  EXPECT_EQ(told[0].op_index, 1);
  EXPECT_STREQ(told[0].custom_name, "Unheard");
  EXPECT_EQ(runner.Invoke(), Status::kWrongOrder) << "a failed interpreter does not run";
}

TEST(MicroInterpreter, RefusesAnArenaThatIsNotAligned) {
  const ModelBytes model = Chain("AddOne", 1, 1).Build();
  ModelBytes arena(std::vector<uint8_t>(4096));
  const OpResolver resolver(kOps, 5);
  MicroInterpreter interpreter(model.data(), model.size(), resolver, arena.data() + 8, 4000);
  EXPECT_EQ(interpreter.AllocateTensors(), Status::kInvalidArgument);
  EXPECT_THAT(interpreter.error().reason, HasSubstr("aligned"));
}

TEST(MicroInterpreter, ResetClearsVariablesAndOpState) {
  ModelBuilder model;
  const int x = model.Add(Input<int8_t>({2}, {}, Quant(1, -3)));
  const int state = model.Add(Variable<int8_t>({2}, Quant(1, -3)));
  const int y = model.Add(Input<int8_t>({2}, {}, Quant(1, -3)));
  model.AddCustomOp("Hold", {x, state}, {y}).SetInputs({x}).SetOutputs({y});
  ModelRunner runner(model, kOps);
  ASSERT_EQ(runner.Allocate(), Status::kOk);
  for (int round = 0; round < 2; ++round) {
    runner.Set<int8_t>(0, {5, 6});
    ASSERT_EQ(runner.Invoke(), Status::kOk);
    EXPECT_THAT(runner.Output<int8_t>(0), Each(-3)) << "the real value 0";
    runner.Set<int8_t>(0, {7, 8});
    ASSERT_EQ(runner.Invoke(), Status::kOk);
    EXPECT_THAT(runner.Output<int8_t>(0), ElementsAre(5, 6));
    ASSERT_EQ(runner.interpreter().Reset(), Status::kOk);
  }
  ModelRunner counter(Chain("Counter", 1, 1), kOps);
  ASSERT_EQ(counter.Allocate(), Status::kOk);
  for (const float expected : {1.0f, 2.0f, 1.0f}) {
    if (expected == 1.0f) ASSERT_EQ(counter.interpreter().Reset(), Status::kOk);
    counter.Set<float>(0, {0});
    ASSERT_EQ(counter.Invoke(), Status::kOk);
    EXPECT_THAT(counter.Output<float>(0), ElementsAre(expected));
  }
}

TEST(MicroInterpreter, RunsABatchWithMemoryInBetweenOnlyOnce) {
  ModelRunner one(Chain("AddOneElsewhere", 6, 4), kOps);
  ModelRunner three(Chain("AddOneElsewhere", 6, 4), kOps);
  ASSERT_EQ(one.Allocate(), Status::kOk);
  ASSERT_EQ(three.interpreter().ResizeInputBatch(3), Status::kOk);
  ASSERT_EQ(three.Allocate(), Status::kOk);
  EXPECT_LE(three.interpreter().memory().planned, (3 + 3 + 2) * 4 * sizeof(float));
  for (int round = 0; round < 2; ++round) {
    three.Set<float>(0, {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2});
    ASSERT_EQ(three.Invoke(), Status::kOk);
    EXPECT_THAT(three.Output<float>(0), ElementsAre(6, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8, 8));
  }
  ModelRunner counter(Chain("Counter", 1, 1), kOps);
  EXPECT_EQ(counter.interpreter().ResizeInputBatch(0), Status::kInvalidArgument);
  ASSERT_EQ(counter.interpreter().ResizeInputBatch(2), Status::kOk);
  EXPECT_EQ(counter.Allocate(), Status::kUnsupported) << "it keeps state";
}

TEST(MicroInterpreter, SharesAnArenaWithOthers) {
  const ModelBytes small = Chain("AddOne", 2, 4).Build();
  const ModelBytes large = Chain("Counter", 2, 64).Build();
  ModelBytes memory(std::vector<uint8_t>(1 << 16));
  Arena arena(memory.data(), memory.size());
  const OpResolver resolver(kOps, 5);
  MicroInterpreter a(small.data(), small.size(), resolver, &arena);
  MicroInterpreter b(large.data(), large.size(), resolver, &arena);
  ASSERT_EQ(a.AllocateTensors(), Status::kOk);
  const size_t lasting = arena.allocated();
  ASSERT_EQ(b.AllocateTensors(), Status::kOk);
  EXPECT_EQ(arena.allocated(), lasting + b.memory().lasting) << "what lasts is stacked";
  EXPECT_EQ(arena.reserved(), b.memory().planned) << "what is planned is overlaid";
  for (int round = 1; round <= 2; ++round) {
    a.input(0).data<float>()[0] = 1;
    ASSERT_EQ(a.Invoke(), Status::kOk);
    EXPECT_EQ(a.output(0).data<float>()[0], 3);
    b.input(0).data<float>()[63] = 1;
    ASSERT_EQ(b.Invoke(), Status::kOk);
    EXPECT_EQ(b.output(0).data<float>()[63], 1 + 2 * round);
  }
}

TEST(MicroInterpreter, TakesTwoBuffers) {
  const ModelBytes model = Chain("Counter", 2, 64).Build();
  ModelBytes lasting(std::vector<uint8_t>(1024)), planned(std::vector<uint8_t>(1024));
  Arena arena(lasting.data(), lasting.size(), planned.data(), planned.size());
  const OpResolver resolver(kOps, 5);
  MicroInterpreter interpreter(model.data(), model.size(), resolver, &arena);
  ASSERT_EQ(interpreter.AllocateTensors(), Status::kOk);
  const auto* input = interpreter.input(0).data<uint8_t>();
  EXPECT_TRUE(input >= planned.data() && input < planned.data() + planned.size());
  interpreter.input(0).data<float>()[0] = 1;
  ASSERT_EQ(interpreter.Invoke(), Status::kOk);
  EXPECT_EQ(interpreter.output(0).data<float>()[0], 3);

  ModelBytes tiny(std::vector<uint8_t>(256));
  Arena too_small(lasting.data(), lasting.size(), tiny.data(), tiny.size());
  MicroInterpreter other(model.data(), model.size(), resolver, &too_small);
  EXPECT_EQ(other.AllocateTensors(), Status::kArenaTooSmall);
}

std::vector<uint8_t> OfflinePlan(std::vector<int32_t> offsets) {
  std::vector<int32_t> words = {1, 0, static_cast<int32_t>(offsets.size())};
  words.insert(words.end(), offsets.begin(), offsets.end());
  return BytesOfValues(words);
}

TEST(MicroInterpreter, HonoursAnOfflinePlan) {
  ModelBuilder model = Chain("AddOneElsewhere", 2, 4);
  model.AddMetadata("OfflineMemoryAllocation", OfflinePlan({64, -1, 128}));
  ModelRunner runner(model, kOps);
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  const auto* base = static_cast<uint8_t*>(runner.interpreter().input(0).raw()) - 64;
  EXPECT_EQ(runner.interpreter().output(0).raw(), base + 128);
  EXPECT_EQ(runner.interpreter().tensor(0, 1).raw(), base) << "in the gap";
  EXPECT_EQ(runner.interpreter().memory().planned, 144u);
  runner.Set<float>(0, {1, 2, 3, 4});
  ASSERT_EQ(runner.Invoke(), Status::kOk);
  EXPECT_THAT(runner.Output<float>(0), ElementsAre(3, 4, 5, 6));
}

TEST(MicroInterpreter, TakesAnOfflinePlanThatRunsInPlaceWhereTheKernelAllowsIt) {
  for (const char* op : {"AddOne", "AddOneElsewhere"}) {
    ModelBuilder model = Chain(op, 2, 4);
    model.AddMetadata("OfflineMemoryAllocation", OfflinePlan({16, 16, 16}));
    ModelRunner runner(model, kOps);
    EXPECT_EQ(runner.Allocate(), std::string(op) == "AddOne" ? Status::kOk : Status::kInvalidModel);
  }
}

TEST(MicroInterpreter, RefusesAnOfflinePlanThatDoesNotFit) {
  for (const std::vector<int32_t>& offsets :
       {std::vector<int32_t>{0, 0}, {-2, 0, 16}, {4, -1, 16}, {0, 0, 0}}) {
    ModelBuilder model = Chain("AddOneElsewhere", 2, 4);
    model.AddMetadata("OfflineMemoryAllocation", OfflinePlan(offsets));
    ModelRunner runner(model, kOps);
    EXPECT_EQ(runner.Allocate(), Status::kInvalidModel);
  }
  ModelBuilder far = Chain("AddOneElsewhere", 2, 4);
  far.AddMetadata("OfflineMemoryAllocation", OfflinePlan({0, -1, 0x7FFFFFF8}));
  ModelRunner runner(far, kOps);
  EXPECT_EQ(runner.Allocate(), Status::kArenaTooSmall);
}

TEST(MicroInterpreter, TellsTheProfilerOfOpsAndTheirParts) {
  std::vector<std::string> log;
  Profiler profiler;
  profiler.user = &log;
  profiler.begin = [](void* user, const ProfileEvent& event) {
    auto* events = static_cast<std::vector<std::string>*>(user);
    events->push_back("begin " + std::to_string(event.op_index) + " " + event.name);
    return static_cast<uint32_t>(events->size());
  };
  profiler.end = [](void* user, uint32_t begun) {
    static_cast<std::vector<std::string>*>(user)->push_back("end " + std::to_string(begun));
  };
  InterpreterOptions options;
  options.profiler = &profiler;
  ModelRunner runner(Chain("Counter", 1, 1), kOps, 1 << 16, options);
  ASSERT_EQ(runner.Allocate(), Status::kOk);
  ASSERT_EQ(runner.Invoke(), Status::kOk);
  EXPECT_THAT(log, ElementsAre("begin 0 Counter", "begin 0 copy", "end 2", "end 1"));
}

TEST(MicroInterpreter, ReportsMemoryByKind) {
  ModelRunner runner(Chain("Counter", 3, 5), kOps);
  ASSERT_EQ(runner.Allocate(), Status::kOk);
  const MemoryReport& memory = runner.interpreter().memory();
  EXPECT_EQ(memory.tensor_pointers, 4 * sizeof(void*));
  EXPECT_EQ(memory.op_data, 3 * sizeof(CounterData));
  EXPECT_EQ(memory.variables, 0u);
  EXPECT_EQ(memory.lasting, memory.tensor_pointers + memory.op_tables + memory.op_data +
                                memory.variables + memory.padding);
}

}  // namespace
}  // namespace millrace::micro::testing
