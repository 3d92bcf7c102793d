// IteratorV2, Iterator, AnonymousIterator, OneShotIterator and their kin: what makes, names and
// deletes iterators.
#include "absl/strings/str_split.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/runtime/named_resource.h"
#include "core/runtime/plan.h"
#include "core/runtime/step.h"
#include "kernels/data/anonymous_resource.h"
#include "kernels/data/dataset.h"
#include "kernels/data/iterator_resource.h"

namespace millrace {
namespace {

class IteratorHandleKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return iterator_.Init(c); }
  absl::Status Compute(KernelContext& c) override {
    return iterator_.Output(c, [] { return std::make_shared<IteratorResource>(); }).status();
  }
  bool cheap() const override { return true; }

 private:
  NamedResource<IteratorResource> iterator_;
};

// An iterator of its own for each call.
class AnonymousIteratorKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    return OutputAnonymous(c, std::make_shared<IteratorResource>());
  }
};

// The handle as a string that a step may be fed.
class IteratorToStringKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_RETURN_IF_ERROR(c.resource<IteratorResource>(0).status());
    const ResourceHandle& handle = c.input(0).scalar<ResourceHandle>();
    c.set_output(0, Tensor::Scalar<std::string>(absl::StrCat(
                        handle.container, kSeparator, handle.name, kSeparator, handle.device)));
    return absl::OkStatus();
  }
  static constexpr char kSeparator[] = "\n";
};

class IteratorFromStringKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& text = c.input(0);
    if (text.rank() != 0) return absl::InvalidArgumentError("string_handle must be a scalar");
    const std::vector<std::string> parts =
        absl::StrSplit(text.scalar<std::string>(), IteratorToStringKernel::kSeparator);
    if (parts.size() != 3) {
      return absl::InvalidArgumentError(
          absl::StrCat("Could not parse string_handle as a valid ResourceHandle: '",
                       text.scalar<std::string>(), "'"));
    }
    if (parts[2] != c.resources().device()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Attempted create an iterator on device '", c.resources().device(),
                       "' from a handle defined on device '", parts[2], "'"));
    }
    const ResourceHandle handle =
        c.resources().MakeHandle(parts[0], parts[1], IteratorResource::kTypeName);
    MR_RETURN_IF_ERROR(c.resources().Lookup<IteratorResource>(handle).status());
    c.set_output(0, Tensor::Scalar<ResourceHandle>(handle));
    return absl::OkStatus();
  }
};

class IteratorGetDeviceKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(0));
    c.set_output(0, Tensor::Scalar<std::string>(handle->device));
    return absl::OkStatus();
  }
};

// An iterator over the dataset that a function returns; made by the first step that needs it.
class OneShotIteratorKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("dataset_factory", &factory_));
    functions_ = c.functions();
    if (functions_ == nullptr)
      return absl::FailedPreconditionError("functions cannot be called here");
    return iterator_.Init(c);
  }
  void ComputeAsync(KernelContext& c, Done done) override {
    if (c.resources().Lookup<IteratorResource>(iterator_.handle()).ok()) {
      iterator_.OutputHandle(c);
      return done(absl::OkStatus());
    }
    absl::StatusOr<std::shared_ptr<const Plan>> plan = functions_->GetPlan(factory_);
    if (!plan.ok()) return done(plan.status());
    (*plan)->RunAsync(&c.step(), {},
                      [this, &c, plan = *plan, done = std::move(done)](auto results) mutable {
                        done(results.ok() ? Create(c, *results) : results.status());
                      });
  }

 private:
  absl::Status Create(KernelContext& c, const std::vector<Tensor>& results) {
    if (results.size() != 1)
      return absl::InvalidArgumentError("dataset_factory must return one dataset");
    MR_ASSIGN_OR_RETURN(DatasetPtr dataset, DatasetFrom(results[0]));
    // Of two steps at once one makes it.
    MutexLock lock(mu_);
    const ResourceHandle& handle = iterator_.handle();
    if (!c.resources().Lookup<IteratorResource>(handle).ok()) {
      auto iterator = std::make_shared<IteratorResource>();
      MR_RETURN_IF_ERROR(iterator->Start(std::move(dataset), c.device()));
      MR_RETURN_IF_ERROR(c.resources().Create(handle.container, handle.name, std::move(iterator)));
    }
    iterator_.OutputHandle(c);
    return absl::OkStatus();
  }

  FunctionRef factory_;
  FunctionRuntime* functions_ = nullptr;
  NamedResource<IteratorResource> iterator_;
  Mutex mu_;
};

}  // namespace

absl::Status RegisterIteratorHandles(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("IteratorV2")
                .Output("handle: resource")
                .Attr("shared_name: string")
                .Attr("container: string")
                .Attr("output_types: list(type) >= 1")
                .Attr("output_shapes: list(shape) >= 1")
                .Stateful()
                .Doc("A handle of the iterator of this name (shared_name, else the node's own).")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<IteratorHandleKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("Iterator")
                               .Output("handle: resource")
                               .Attr("shared_name: string")
                               .Attr("container: string")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Stateful()
                               .Doc("The older name of IteratorV2.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<IteratorHandleKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("AnonymousIteratorV2")
                               .Output("handle: resource")
                               .Output("deleter: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Stateful()
                               .Doc("An iterator of its own, and what deletes it.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<AnonymousIteratorKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("AnonymousIteratorV3")
                               .Output("handle: resource")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Stateful()
                               .Doc("An iterator of its own.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<AnonymousIteratorKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("OneShotIterator")
                               .Output("handle: resource")
                               .Attr("dataset_factory: func")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("container: string = ''")
                               .Attr("shared_name: string = ''")
                               .Stateful()
                               .Doc("An iterator over the dataset that `dataset_factory` returns.")
                               .MayWait()
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<OneShotIteratorKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("DeleteIterator")
                               .Input("handle: resource")
                               .Input("deleter: variant")
                               .Stateful()
                               .Doc("Closes and removes the iterator.")
                               .Shape(NoOutputs)
                               .NotDifferentiable()
                               .Cpu<DeleteAnonymousKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("AnonymousIterator")
                               .Output("handle: resource")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Stateful()
                               .Doc("An iterator of its own.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<AnonymousIteratorKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("IteratorToStringHandle")
                               .Input("resource_handle: resource")
                               .Output("string_handle: string")
                               .Stateful()
                               .Doc("The handle as a string, which IteratorFromStringHandle takes.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<IteratorToStringKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("IteratorFromStringHandle")
                               .Input("string_handle: string")
                               .Output("resource_handle: resource")
                               .Attr("output_types: list(type) >= 0 = []")
                               .Attr("output_shapes: list(shape) >= 0 = []")
                               .Stateful()
                               .Doc("The iterator that the string names.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<IteratorFromStringKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("IteratorFromStringHandleV2")
                               .Input("string_handle: string")
                               .Output("resource_handle: resource")
                               .Attr("output_types: list(type) >= 0 = []")
                               .Attr("output_shapes: list(shape) >= 0 = []")
                               .Stateful()
                               .Doc("The iterator that the string names.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<IteratorFromStringKernel>()));
  return r.Add(Op("IteratorGetDevice")
                   .Input("resource: resource")
                   .Output("device: string")
                   .Stateful()
                   .Doc("The device of the iterator.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<IteratorGetDeviceKernel>());
}

}  // namespace millrace
