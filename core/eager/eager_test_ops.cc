#include "core/eager/eager_test_ops.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/function_gradients.h"
#include "core/graph/gradient.h"
#include "core/runtime/kernel.h"
#include "core/runtime/plan.h"
#include "core/runtime/step.h"

namespace millrace {
namespace {

using Grads = absl::StatusOr<Gradients>;

// out = Fn(x, y) element by element; y is x where there is one input.
template <typename Fn>
class Elementwise final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(0);
    const Tensor& y = c.input(c.num_inputs() - 1);
    if (x.shape() != y.shape()) {
      return absl::InvalidArgumentError(absl::StrCat("Incompatible shapes: ", x.shape().ToString(),
                                                     " vs. ", y.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, x.shape(), &out));
    for (int64_t i = 0; i < x.num_elements(); ++i) {
      out->mutable_data<float>()[i] = Fn()(x.data<float>()[i], y.data<float>()[i]);
    }
    return absl::OkStatus();
  }
};

struct AddFn {
  float operator()(float a, float b) const { return a + b; }
};
struct MulFn {
  float operator()(float a, float b) const { return a * b; }
};
struct NegFn {
  float operator()(float a, float) const { return -a; }
};
struct OneFn {
  float operator()(float, float) const { return 1; }
};
struct ZeroFn {
  float operator()(float, float) const { return 0; }
};

class AddNKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, c.input(0).shape(), &out));
    for (int64_t e = 0; e < out->num_elements(); ++e) {
      float sum = 0;
      for (int i = 0; i < c.num_inputs(); ++i) sum += c.input(i).data<float>()[e];
      out->mutable_data<float>()[e] = sum;
    }
    return absl::OkStatus();
  }
};

class ConstKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("value", &value_); }
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0, value_);
    return absl::OkStatus();
  }

 private:
  Tensor value_;
};

class LaterKernel final : public AsyncKernel {
 public:
  void ComputeAsync(KernelContext& c, Done done) override {
    WaitPool()->Schedule([&c, done = std::move(done)]() mutable {
      c.set_output(0, c.input(0));
      done(absl::OkStatus());
    });
  }
};

class FailKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext&) override { return absl::OutOfRangeError("on purpose"); }
};

class CountKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0, Tensor::Scalar<float>(static_cast<float>(++calls_)));
    return absl::OkStatus();
  }

 private:
  std::atomic<int> calls_{0};
};

class VarHandleKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("shared_name", &name_));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    ResourceHandle handle = c.resources().MakeHandle("", name_, Variable::kTypeName);
    handle.dtypes_and_shapes = {{DType::kFloat, PartialShape()}};
    c.set_output(0, Tensor::Scalar<ResourceHandle>(std::move(handle)));
    return absl::OkStatus();
  }

 private:
  std::string name_;
};

class ReadVariableKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto variable, c.resource<Variable>(0));
    c.set_output(0, variable->Read());
    return absl::OkStatus();
  }
};

class AssignVariableKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(0));
    MR_ASSIGN_OR_RETURN(const auto variable,
                        c.resources().LookupOrCreate<Variable>(
                            *handle, []() -> absl::StatusOr<std::shared_ptr<Variable>> {
                              return std::make_shared<Variable>();
                            }));
    variable->Assign(c.input(1));
    return absl::OkStatus();
  }
};

// Calls a function's plan.
class CallKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    functions_ = c.functions();
    return c.GetAttr("f", &function_);
  }
  void ComputeAsync(KernelContext& c, Done done) override {
    auto plan = functions_->GetPlan(function_);
    if (!plan.ok()) return done(plan.status());
    std::vector<Tensor> args;
    for (int i = 0; i < c.num_inputs(); ++i) args.push_back(c.input(i));
    (*plan)->RunAsync(&c.step(), std::move(args),
                      [&c, plan = *plan, done = std::move(done)](
                          absl::StatusOr<std::vector<Tensor>> results) mutable {
                        if (!results.ok()) return done(results.status());
                        for (int i = 0; i < c.num_outputs(); ++i) {
                          c.set_output(i, std::move((*results)[i]));
                        }
                        done(absl::OkStatus());
                      });
  }

 private:
  FunctionRuntime* functions_ = nullptr;
  FunctionRef function_;
};

Grads Pass(Builder&, const OpView&, const Gradients& dy) { return Gradients{dy[0]}; }
Grads NegGradient(Builder& b, const OpView&, const Gradients& dy) {
  return Gradients{b.Neg(dy[0])};
}
Grads AddGradient(Builder&, const OpView&, const Gradients& dy) { return Gradients{dy[0], dy[0]}; }
Grads MulGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], op.input(1)), b.Mul(dy[0], op.input(0))};
}
Grads AddNGradient(Builder&, const OpView& op, const Gradients& dy) {
  return Gradients(op.num_inputs(), dy[0]);
}

void MustAdd(Registry* r, const Op& op) {
  if (const absl::Status status = r->Add(op); !status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    std::exit(1);
  }
}

Op Unary(const char* name) {
  return Op(name).Input("x: T").Output("y: T").Attr("T: {float, int32}");
}
Op Binary(const char* name) {
  return Op(name).Input("x: T").Input("y: T").Output("z: T").Attr("T: {float, int32}");
}

}  // namespace

const Registry& EagerTestOps() {
  static const Registry& ops = []() -> const Registry& {
    Registry* r = new Registry;
    MustAdd(r, Binary("AddV2").Gradient(AddGradient).Cpu<Elementwise<AddFn>>());
    MustAdd(r, Binary("Mul").Gradient(MulGradient).Cpu<Elementwise<MulFn>>());
    MustAdd(r, Unary("Neg").Gradient(NegGradient).Cpu<Elementwise<NegFn>>());
    MustAdd(r, Unary("OnesLike").NotDifferentiable().Cpu<Elementwise<OneFn>>());
    MustAdd(r, Unary("ZerosLike").NotDifferentiable().Cpu<Elementwise<ZeroFn>>());
    MustAdd(r, Unary("Opaque").Cpu<Elementwise<NegFn>>());
    MustAdd(r, Unary("Later").Gradient(Pass).MayWait().Cpu<LaterKernel>());
    MustAdd(r, Unary("Fail").Cpu<FailKernel>());
    MustAdd(r, Op("Count").Output("n: float").Stateful().Cpu<CountKernel>());
    MustAdd(r, Op("AddN")
                   .Input("inputs: N * T")
                   .Output("sum: T")
                   .Attr("N: int >= 1")
                   .Attr("T: type")
                   .Gradient(AddNGradient)
                   .Cpu<AddNKernel>());
    MustAdd(r, Op("Const")
                   .Output("output: dtype")
                   .Attr("value: tensor")
                   .Attr("dtype: type")
                   .Cpu<ConstKernel>());
    MustAdd(r, Op("Placeholder").Output("output: dtype").Attr("dtype: type"));
    MustAdd(r, Op("_Arg").Output("output: T").Attr("T: type").Attr("index: int").Stateful());
    MustAdd(r, Op("_Retval").Input("input: T").Attr("T: type").Attr("index: int").Stateful());
    MustAdd(r, Op("VarHandleOp")
                   .Output("resource: resource")
                   .Attr("shared_name: string = ''")
                   .Stateful()
                   .Cpu<VarHandleKernel>());
    MustAdd(r, Op("ReadVariableOp")
                   .Input("resource: resource")
                   .Output("value: dtype")
                   .Attr("dtype: type")
                   .Stateful()
                   .Gradient(Pass)
                   .Cpu<ReadVariableKernel>());
    MustAdd(r, Op("AssignVariableOp")
                   .Input("resource: resource")
                   .Input("value: dtype")
                   .Attr("dtype: type")
                   .Stateful()
                   .Cpu<AssignVariableKernel>());
    for (const char* name : {"PartitionedCall", "StatefulPartitionedCall"}) {
      MustAdd(r, Op(name)
                     .Input("args: Tin")
                     .Output("output: Tout")
                     .Attr("Tin: list(type) >= 0")
                     .Attr("Tout: list(type) >= 0")
                     .Attr("f: func")
                     .Gradient(BranchOpGradient)
                     .AcceptsSparseGradient()
                     .MayWait()
                     .Cpu<CallKernel>());
    }
    return *r;
  }();
  return ops;
}

}  // namespace millrace
