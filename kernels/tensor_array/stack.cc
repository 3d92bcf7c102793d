// StackV2, StackPushV2, StackPopV2, StackCloseV2: what the forward part of a v1 loop keeps for its
// gradient; and their older forms, whose references hold handles at run time.
#include <atomic>

#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/step.h"
#include "kernels/array/int_args.h"

namespace millrace {
namespace {

// Thread-safe. Lives for one step.
class StackResource final : public Resource {
 public:
  static constexpr char kTypeName[] = "Stack";
  absl::string_view type_name() const override { return kTypeName; }
  StackResource(std::string name, DType dtype, int64_t max_size)
      : name_(std::move(name)), dtype_(dtype), max_size_(max_size) {}

  absl::Status Push(const Tensor& value) {
    if (value.dtype() != dtype_) {
      return absl::InvalidArgumentError(absl::StrCat("Stack[", name_, "] holds ", DTypeName(dtype_),
                                                     ", not ", DTypeName(value.dtype())));
    }
    MR_ASSIGN_OR_RETURN(Tensor owned, value.Owned());
    MutexLock lock(mu_);
    if (max_size_ >= 0 && static_cast<int64_t>(values_.size()) >= max_size_) {
      return absl::InvalidArgumentError(
          absl::StrCat("Stack[", name_, "] overflowed its max_size (", max_size_, ")"));
    }
    values_.push_back(std::move(owned));
    return absl::OkStatus();
  }
  absl::StatusOr<Tensor> Pop() {
    MutexLock lock(mu_);
    if (values_.empty())
      return absl::InvalidArgumentError(
          absl::StrCat("Stack[", name_, "] is empty when calling Pop()."));
    Tensor value = std::move(values_.back());
    values_.pop_back();
    return value;
  }

 private:
  const std::string name_;
  const DType dtype_;
  const int64_t max_size_;
  Mutex mu_;
  std::vector<Tensor> values_ ABSL_GUARDED_BY(mu_);
};

class StackKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("elem_type", &dtype_));
    MR_RETURN_IF_ERROR(c.GetAttr("stack_name", &name_));
    if (name_.empty()) name_ = c.node_name();
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    int64_t max_size = -1;
    if (c.num_inputs() > 0) {
      MR_ASSIGN_OR_RETURN(max_size, IntArg(c.input(0), "max_size"));
    }
    const std::string name = absl::StrCat(name_, "_", counter_.fetch_add(1));
    const std::string container = c.step().container();
    MR_RETURN_IF_ERROR(c.resources().Create(
        container, name, std::make_shared<StackResource>(name, dtype_, max_size)));
    c.set_output(0, Tensor::Scalar<ResourceHandle>(
                        c.resources().MakeHandle(container, name, StackResource::kTypeName)));
    return absl::OkStatus();
  }

 private:
  DType dtype_;
  std::string name_;
  std::atomic<int64_t> counter_{0};
};

class StackPushKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto stack, c.resource<StackResource>(0));
    MR_RETURN_IF_ERROR(stack->Push(c.input(1)));
    c.set_output(0, c.take_input(1));
    return absl::OkStatus();
  }
};

class StackPopKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto stack, c.resource<StackResource>(0));
    MR_ASSIGN_OR_RETURN(Tensor value, stack->Pop());
    if (value.dtype() != c.output_type(0)) {
      return absl::InvalidArgumentError(absl::StrCat("the stack holds ", DTypeName(value.dtype()),
                                                     ", not ", DTypeName(c.output_type(0))));
    }
    c.set_output(0, std::move(value));
    return absl::OkStatus();
  }
};

class StackCloseKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(0));
    return c.resources().Delete(*handle);
  }
};

absl::Status PushShape(ShapeContext& c) {
  c.set_output(0, c.input(1));
  return absl::OkStatus();
}

absl::Status RegisterOfReferences(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Stack")
                               .Output("handle: Ref(string)")
                               .Attr("elem_type: type")
                               .Attr("stack_name: string = ''")
                               .Stateful()
                               .Doc("The older form of StackV2.")
                               .Shape(UnknownOutputs)
                               .NotDifferentiable()
                               .Cpu<StackKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StackPush")
                               .Input("handle: Ref(string)")
                               .Input("elem: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("swap_memory: bool = false")
                               .Doc("The older form of StackPushV2.")
                               .Shape(PushShape)
                               .NotDifferentiable()
                               .Cpu<StackPushKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StackPop")
                               .Input("handle: Ref(string)")
                               .Output("elem: elem_type")
                               .Attr("elem_type: type")
                               .Doc("The older form of StackPopV2.")
                               .Shape(UnknownOutputs)
                               .NotDifferentiable()
                               .Cpu<StackPopKernel>()));
  return r.Add(Op("StackClose")
                   .Input("handle: Ref(string)")
                   .Doc("The older form of StackCloseV2.")
                   .Shape(NoOutputs)
                   .NotDifferentiable()
                   .Cpu<StackCloseKernel>());
}

}  // namespace

absl::Status RegisterStack(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("StackV2")
                               .Input("max_size: int32")
                               .Output("handle: resource")
                               .Attr("elem_type: type")
                               .Attr("stack_name: string = ''")
                               .Stateful()
                               .Doc("A stack that lives as long as the step.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<StackKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StackPushV2")
                               .Input("handle: resource")
                               .Input("elem: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("swap_memory: bool = false")
                               .Stateful()
                               .Doc("Puts `elem` on the stack; the output is `elem`.")
                               .Shape(PushShape)
                               .NotDifferentiable()
                               .Cpu<StackPushKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StackPopV2")
                               .Input("handle: resource")
                               .Output("elem: elem_type")
                               .Attr("elem_type: type")
                               .Stateful()
                               .Doc("Takes the topmost element.")
                               .Shape(UnknownOutputs)
                               .NotDifferentiable()
                               .Cpu<StackPopKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StackCloseV2")
                               .Input("handle: resource")
                               .Stateful()
                               .Doc("Removes the stack.")
                               .Shape(NoOutputs)
                               .NotDifferentiable()
                               .Cpu<StackCloseKernel>()));
  return RegisterOfReferences(r);
}

}  // namespace millrace
