#include "core/runtime/testing/test_ops.h"

#include <gtest/gtest.h>

#include <deque>
#include <utility>

#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

// Hooks by number; a deque, since kernels keep references.
template <typename Hook>
class HookTable {
 public:
  int64_t Add(Hook hook) {
    MutexLock lock(&mu_);
    hooks_.push_back(std::move(hook));
    return static_cast<int64_t>(hooks_.size()) - 1;
  }
  const Hook* Find(int64_t number) {
    MutexLock lock(&mu_);
    return number >= 0 && number < static_cast<int64_t>(hooks_.size()) ? &hooks_[number] : nullptr;
  }

 private:
  Mutex mu_;
  std::deque<Hook> hooks_ ABSL_GUARDED_BY(mu_);
};

template <typename Hook>
HookTable<Hook>& Hooks() {
  static HookTable<Hook>* const table = new HookTable<Hook>;
  return *table;
}

template <typename Hook>
absl::Status FindHook(KernelConstruction& c, const Hook** hook) {
  int64_t number = -1;
  MR_RETURN_IF_ERROR(c.GetAttr("hook", &number));
  *hook = Hooks<Hook>().Find(number);
  return *hook != nullptr ? absl::OkStatus() : absl::InvalidArgumentError("no such hook");
}

class ConstKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("value", &value_); }
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0, value_);
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }

 private:
  Tensor value_;
};

class NegKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, c.input(0).shape(), &out));
    const float* x = c.input(0).data<float>();
    float* y = out->mutable_data<float>();
    for (int64_t i = 0, n = out->num_elements(); i < n; ++i) y[i] = -x[i];
    return absl::OkStatus();
  }
};

class AddKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).shape() != c.input(1).shape()) {
      return absl::InvalidArgumentError("shapes differ");
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0, 1}, 0, c.input(0).shape(), &out));
    const float* a = c.input(0).data<float>();
    const float* b = c.input(1).data<float>();
    float* y = out->mutable_data<float>();
    for (int64_t i = 0, n = out->num_elements(); i < n; ++i) y[i] = a[i] + b[i];
    return absl::OkStatus();
  }
};

class CallKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return FindHook(c, &hook_); }
  absl::Status Compute(KernelContext& c) override { return (*hook_)(c); }

 private:
  const CallHook* hook_ = nullptr;
};

class CallAsyncKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return FindHook(c, &hook_); }
  void ComputeAsync(KernelContext& c, Done done) override { (*hook_)(c, std::move(done)); }

 private:
  const AsyncCallHook* hook_ = nullptr;
};

template <typename K>
absl::Status AddCallOp(Registry& r, absl::string_view name, bool stateful) {
  Op op(name);
  op.Input("inputs: Tin").Output("outputs: Tout").Attr("Tin: list(type) >= 0");
  op.Attr("Tout: list(type) >= 0").Attr("hook: int").Shape(UnknownOutputs).NotDifferentiable();
  if (stateful) op.Stateful();
  return r.Add(op.Doc("Calls a hook.").template Cpu<K>());
}

}  // namespace

absl::Status RegisterTestOps(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("TestConst")
                               .Output("output: dtype")
                               .Attr("value: tensor")
                               .Attr("dtype: type")
                               .Doc("A constant.")
                               .Shape(UnknownOutputs)
                               .NotDifferentiable()
                               .Cpu<ConstKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TestNeg")
                               .Input("x: float")
                               .Output("y: float")
                               .Doc("-x.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<NegKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TestAdd")
                               .Input("a: float")
                               .Input("b: float")
                               .Output("y: float")
                               .Doc("a + b, of one shape.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<AddKernel>()));
  MR_RETURN_IF_ERROR(AddCallOp<CallKernel>(r, "TestCall", false));
  MR_RETURN_IF_ERROR(AddCallOp<CallKernel>(r, "TestCallStateful", true));
  return AddCallOp<CallAsyncKernel>(r, "TestCallAsync", false);
}

int64_t AddCallHook(CallHook hook) { return Hooks<CallHook>().Add(std::move(hook)); }

int64_t AddAsyncCallHook(AsyncCallHook hook) { return Hooks<AsyncCallHook>().Add(std::move(hook)); }

Node* TestGraph::Add(absl::string_view op, absl::string_view name, std::vector<Endpoint> inputs,
                     AttrMap attrs, std::vector<Node*> controls) {
  Graph::NodeArgs args;
  args.op = std::string(op);
  args.name = std::string(name);
  args.uniquify = true;
  args.attrs = std::move(attrs);
  args.inputs.assign(inputs.begin(), inputs.end());
  args.control_inputs.assign(controls.begin(), controls.end());
  args.origin = "model.py:7";
  absl::StatusOr<Node*> node = graph_->AddNode(std::move(args));
  EXPECT_TRUE(node.ok()) << node.status();
  return node.ok() ? *node : nullptr;
}

Endpoint TestGraph::Arg(int index, DType type) {
  return {Add("_Arg", "arg", {}, {{"T", type}, {"index", index}}), 0};
}

void TestGraph::Result(int index, Endpoint value) {
  Add("_Retval", "result", {value},
      {{"T", BaseType(value.node->output_type(value.index))}, {"index", index}});
}

Endpoint TestGraph::Const(Tensor value) {
  const DType dtype = value.dtype();
  return {Add("TestConst", "const", {}, {{"value", std::move(value)}, {"dtype", dtype}}), 0};
}

Endpoint TestGraph::Neg(Endpoint x) { return {Add("TestNeg", "neg", {x}), 0}; }

Endpoint TestGraph::AddTwo(Endpoint x, Endpoint y) { return {Add("TestAdd", "add", {x, y}), 0}; }

namespace {

AttrMap CallAttrs(const std::vector<Endpoint>& inputs, std::vector<DType> outputs, int64_t hook) {
  std::vector<DType> types;
  for (const Endpoint& input : inputs) types.push_back(input.node->output_type(input.index));
  return {{"Tin", std::move(types)}, {"Tout", std::move(outputs)}, {"hook", hook}};
}

}  // namespace

Node* TestGraph::Call(absl::string_view name, std::vector<Endpoint> inputs,
                      std::vector<DType> outputs, CallHook hook, std::vector<Node*> controls) {
  AttrMap attrs = CallAttrs(inputs, std::move(outputs), AddCallHook(std::move(hook)));
  return Add("TestCall", name, std::move(inputs), std::move(attrs), std::move(controls));
}

Node* TestGraph::CallAsync(absl::string_view name, std::vector<Endpoint> inputs,
                           std::vector<DType> outputs, AsyncCallHook hook,
                           std::vector<Node*> controls) {
  AttrMap attrs = CallAttrs(inputs, std::move(outputs), AddAsyncCallHook(std::move(hook)));
  return Add("TestCallAsync", name, std::move(inputs), std::move(attrs), std::move(controls));
}

}  // namespace millrace
