// Every op of the registry, given attributes and inputs drawn at random: each call ends with
// outputs or with an error, the process stays alive, and an op's shape function agrees with its
// kernel.
//
//   MILLRACE_HOSTILE_TRIES=2000 MILLRACE_HOSTILE_SEED=7 .../hostile_ops_test
//   --gtest_filter=*/Gather
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/base/cancellation.h"
#include "core/base/out_of_memory.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/base/timer.h"
#include "core/graph/registry.h"
#include "core/runtime/device.h"
#include "core/runtime/resource.h"
#include "gtest/gtest.h"
#include "kernels/all.h"
#include "kernels/testing/op_runner.h"
#include "tests/hostile/random_node.h"

namespace millrace {
namespace {

int64_t FromEnvironment(const char* name, int64_t otherwise) {
  int64_t value = otherwise;
  const char* text = std::getenv(name);
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

// All ops, on a device of their own.
class World {
 public:
  World() {
    EXPECT_TRUE(RegisterAllKernels(registry_).ok());
    for (const OpSchema* op : registry_.List()) ops_.push_back(op);
    EXPECT_TRUE(RegisterTestInputs(registry_).ok());
    DeviceName name = *DeviceName::Parse("/job:localhost/replica:0/task:0/device:CPU:0");
    device_ = NewCpuDevice(std::move(name), /*incarnation=*/1, ComputePool());
  }
  static World& Get() {
    static auto* world = new World();
    return *world;
  }

  const std::vector<const OpSchema*>& ops() const { return ops_; }

  // A variable that holds `value`, as the scalar handle that ops on resources take.
  Tensor MakeVariable(Tensor value) {
    auto variable = std::make_shared<Variable>();
    const std::string name = absl::StrCat("variable", next_++);
    const DType dtype = value.dtype();
    const Shape shape = value.shape();
    variable->Assign(std::move(value));
    EXPECT_TRUE(device_->resources().Create("", name, variable).ok());
    ResourceHandle handle = device_->resources().MakeHandle("", name, Variable::kTypeName);
    handle.dtypes_and_shapes = {{dtype, shape}};
    return Tensor::Scalar<ResourceHandle>(std::move(handle));
  }

  // Draws a node and runs it. What waits is cancelled.
  absl::StatusOr<std::vector<Tensor>> Try(const OpSchema& op, RandomNodes* nodes) {
    const RandomNode drawn = nodes->Draw(op);
    Graph graph(&registry_), constant_graph(&registry_);
    const auto constant =
        AddOpNode(&constant_graph, op.name, drawn.inputs, drawn.attrs, /*constant_inputs=*/true);
    const auto node = AddOpNode(&graph, op.name, drawn.inputs, drawn.attrs, false);
    if (!node.ok()) return node.status();
    std::vector<Tensor> inputs;
    for (const OpInput& input : drawn.inputs) inputs.push_back(input.tensor);
    Cancellation cancellation;
    const int64_t timer = Timer::Default()->Schedule(absl::Milliseconds(50), [&] {
      cancellation.Cancel(absl::DeadlineExceededError("enough"));
    });
    std::vector<Tensor> outputs;
    const absl::Status status = OrOutOfMemory([&]() -> absl::Status {
      MR_ASSIGN_OR_RETURN(
          outputs, RunKernel(registry_, device_.get(), **node, std::move(inputs), &cancellation));
      return absl::OkStatus();
    });
    Timer::Default()->Cancel(timer);
    if (!status.ok()) return status;
    CompareShapes(op, constant, outputs);
    return outputs;
  }

 private:
  static void CompareShapes(const OpSchema& op, const absl::StatusOr<Node*>& node,
                            const std::vector<Tensor>& outputs) {
    // A kernel may take what its shape function refuses, as some of TensorFlow's do.
    if (!node.ok()) return;
    for (int i = 0; i < (*node)->num_outputs(); ++i) {
      if (IsRef((*node)->output_type(i)) || !outputs[i].initialized()) continue;
      EXPECT_TRUE((*node)->output_shape(i).IsCompatibleWith(outputs[i].shape()))
          << op.name << "'s shape function infers " << (*node)->output_shape(i).ToString()
          << " for output " << i << ", its kernel gives " << outputs[i].shape().ToString();
    }
  }

  Registry registry_;
  std::vector<const OpSchema*> ops_;
  std::unique_ptr<Device> device_;
  int64_t next_ = 0;
};

void OfferVariables(RandomNodes* nodes) {
  const std::initializer_list<Shape> shapes = {{}, {3}, {2, 3}, {4, 2, 1}, {0, 2}};
  for (const DType dtype : {DType::kFloat, DType::kFloat, DType::kInt64, DType::kDouble,
                            DType::kInt32, DType::kHalf, DType::kString}) {
    for (const Shape& shape : shapes) {
      nodes->Offer(World::Get().MakeVariable(*Tensor::CreateZeros(dtype, shape)));
    }
  }
}

// Handles of every kind of resource, and variants, that ops without inputs of such kinds make.
void OfferWhatOpsMake(RandomNodes* nodes) {
  for (const OpSchema* op : World::Get().ops()) {
    if (op->outputs.size() != 1 || !RandomNodes::CanDraw(*op)) continue;
    const DType type = op->outputs[0].type;
    if (type != DType::kResource && type != DType::kVariant) continue;
    for (int i = 0; i < 8; ++i) {
      const auto outputs = World::Get().Try(*op, nodes);
      if (!outputs.ok() || outputs->size() != 1 || (*outputs)[0].rank() != 0) continue;
      nodes->Offer((*outputs)[0]);
      break;
    }
  }
}

class HostileOps : public testing::TestWithParam<const OpSchema*> {};

TEST_P(HostileOps, EndWithOutputsOrAnError) {
  const OpSchema& op = *GetParam();
  if (!RandomNodes::CanDraw(op)) GTEST_SKIP() << "an attribute is a function";
  RandomNodes nodes(static_cast<uint64_t>(FromEnvironment("MILLRACE_HOSTILE_SEED", 1)));
  for (const ArgDef& arg : op.inputs) {
    if (!arg.is_ref && arg.type != DType::kResource && arg.type != DType::kVariant) continue;
    OfferVariables(&nodes);
    OfferWhatOpsMake(&nodes);
    break;
  }
  const int64_t tries = FromEnvironment("MILLRACE_HOSTILE_TRIES", 40);
  int64_t computed = 0;
  for (int64_t i = 0; i < tries && !HasFailure(); ++i) {
    if (World::Get().Try(op, &nodes).ok()) ++computed;
  }
  std::printf("%s: %lld of %lld computed\n", op.name.c_str(), static_cast<long long>(computed),
              static_cast<long long>(tries));
}

INSTANTIATE_TEST_SUITE_P(All, HostileOps, testing::ValuesIn(World::Get().ops()),
                         [](const testing::TestParamInfo<const OpSchema*>& info) {
                           std::string name;
                           for (const char c : info.param->name) name += c == '>' ? '_' : c;
                           return name[0] == '_' ? absl::StrCat("Internal", name) : name;
                         });

// Ops that write files do it where nothing is lost, and have little memory.
class Confined : public testing::Environment {
 public:
  void SetUp() override {
    ASSERT_EQ(chdir(testing::TempDir().c_str()), 0);
#ifndef MILLRACE_SANITIZE
    const rlimit limit = {rlim_t{4} << 30, rlim_t{4} << 30};
    ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
#endif
  }
};
const auto* const kConfined = testing::AddGlobalTestEnvironment(new Confined());

}  // namespace
}  // namespace millrace

#ifdef MILLRACE_SANITIZE
// The sanitizer's own operator new ends the process where memory is short.
void* operator new(size_t size) {
  void* memory = size > size_t{1} << 30 ? nullptr : std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return size > size_t{1} << 30 ? nullptr : std::malloc(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
#endif
