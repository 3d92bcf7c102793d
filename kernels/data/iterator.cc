// IteratorV2, Iterator, AnonymousIterator, MakeIterator, IteratorGetNext and their kin.
#include "core/base/mutex.h"
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/runtime/plan.h"
#include "core/runtime/step.h"
#include "kernels/data/dataset.h"
#include "kernels/data/iterator_resource.h"

namespace millrace {
namespace {

absl::StatusOr<std::shared_ptr<IteratorResource>> NewIterator() {
  return std::make_shared<IteratorResource>();
}

class IteratorHandleKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string container, name;
    MR_RETURN_IF_ERROR(c.GetAttr("container", &container));
    MR_RETURN_IF_ERROR(c.GetAttr("shared_name", &name));
    handle_ = Tensor::Scalar<ResourceHandle>(c.device()->resources().MakeHandle(
        container, name.empty() ? c.node_name() : name, IteratorResource::kTypeName));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    MR_RETURN_IF_ERROR(
        c.resources()
            .LookupOrCreate<IteratorResource>(handle_.scalar<ResourceHandle>(), NewIterator)
            .status());
    c.set_output(0, handle_);
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }

 private:
  Tensor handle_;
};

// An iterator of its own for each call. Output 1, where there is one, is what DeleteIterator wants
// beside the handle.
class AnonymousIteratorKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const std::string name = absl::StrCat("anonymous_iterator_", absl::Hex(RandomId()));
    MR_RETURN_IF_ERROR(c.resources().Create("", name, std::make_shared<IteratorResource>()));
    c.set_output(0, Tensor::Scalar<ResourceHandle>(
                        c.resources().MakeHandle("", name, IteratorResource::kTypeName)));
    if (c.num_outputs() > 1) c.set_output(1, Tensor::Scalar<Variant>(Variant()));
    return absl::OkStatus();
  }
};

class DeleteIteratorKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(0));
    return c.resources().Delete(*handle);
  }
};

class MakeIteratorKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr dataset, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(const auto iterator, c.resource<IteratorResource>(1));
    return iterator->Start(std::move(dataset), c.device());
  }
};

// An iterator over the dataset that a function returns; made by the first step that needs it.
class OneShotIteratorKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string container, name;
    MR_RETURN_IF_ERROR(c.GetAttr("container", &container));
    MR_RETURN_IF_ERROR(c.GetAttr("shared_name", &name));
    MR_RETURN_IF_ERROR(c.GetAttr("dataset_factory", &factory_));
    functions_ = c.functions();
    if (functions_ == nullptr)
      return absl::FailedPreconditionError("functions cannot be called here");
    handle_ = Tensor::Scalar<ResourceHandle>(c.device()->resources().MakeHandle(
        container, name.empty() ? c.node_name() : name, IteratorResource::kTypeName));
    return absl::OkStatus();
  }
  void ComputeAsync(KernelContext& c, Done done) override {
    const ResourceHandle& handle = handle_.scalar<ResourceHandle>();
    if (c.resources().Lookup<IteratorResource>(handle).ok()) {
      c.set_output(0, handle_);
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
    const ResourceHandle& handle = handle_.scalar<ResourceHandle>();
    if (!c.resources().Lookup<IteratorResource>(handle).ok()) {
      auto iterator = std::make_shared<IteratorResource>();
      MR_RETURN_IF_ERROR(iterator->Start(std::move(dataset), c.device()));
      MR_RETURN_IF_ERROR(c.resources().Create(handle.container, handle.name, std::move(iterator)));
    }
    c.set_output(0, handle_);
    return absl::OkStatus();
  }

  FunctionRef factory_;
  FunctionRuntime* functions_ = nullptr;
  Tensor handle_;
  Mutex mu_;
};

class GetNextKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("output_shapes", &shapes_); }
  void ComputeAsync(KernelContext& c, Done done) override {
    auto iterator = c.resource<IteratorResource>(0);
    if (!iterator.ok()) return done(iterator.status());
    Cancellation* cancellation = c.step().cancellation;
    auto request = std::make_shared<NextRequest>();
    auto finish = std::make_shared<Done>(std::move(done));
    int64_t id = -1;
    if (cancellation != nullptr) {
      id = cancellation->Register([request, finish, cancellation] {
        if (request->Claim()) (*finish)(cancellation->status());
      });
      if (id < 0) return (*finish)(cancellation->status());
    }
    request->done = [this, &c, finish, cancellation, id](NextResult result) {
      // Waits for a cancellation that runs just now, which finds the request claimed.
      if (cancellation != nullptr) cancellation->Deregister(id);
      (*finish)(SetOutputs(c, std::move(result)));
    };
    (*iterator)->NextAsync(std::move(request));
  }

 private:
  absl::Status SetOutputs(KernelContext& c, NextResult result) const {
    MR_RETURN_IF_ERROR(result.status);
    if (result.end) return absl::OutOfRangeError("End of sequence");
    if (static_cast<int>(result.element.size()) != c.num_outputs()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the dataset's elements have ", result.element.size(),
                       " components, the iterator expects ", c.num_outputs()));
    }
    for (int i = 0; i < c.num_outputs(); ++i) {
      Tensor& t = result.element[i];
      if (t.dtype() != c.output_type(i) || !shapes_[i].IsCompatibleWith(t.shape())) {
        return absl::InvalidArgumentError(absl::StrCat(
            "component ", i, " of the element is ", DTypeName(t.dtype()), t.shape().ToString(),
            ", the iterator expects ", DTypeName(c.output_type(i)), shapes_[i].ToString()));
      }
      c.set_output(i, std::move(t));
    }
    return absl::OkStatus();
  }

  std::vector<PartialShape> shapes_;
};

absl::Status GetNextShape(ShapeContext& c) {
  std::vector<PartialShape> shapes;
  MR_RETURN_IF_ERROR(c.GetAttr("output_shapes", &shapes));
  if (static_cast<int>(shapes.size()) != c.num_outputs()) {
    return absl::InvalidArgumentError("output_shapes and output_types must have the same length");
  }
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, shapes[i]);
  return absl::OkStatus();
}

absl::Status RegisterHandles(Registry& r) {
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
  return r.Add(Op("DeleteIterator")
                   .Input("handle: resource")
                   .Input("deleter: variant")
                   .Stateful()
                   .Doc("Closes and removes the iterator.")
                   .Shape(NoOutputs)
                   .NotDifferentiable()
                   .Cpu<DeleteIteratorKernel>());
}

}  // namespace

absl::Status RegisterIterator(Registry& r) {
  MR_RETURN_IF_ERROR(RegisterHandles(r));
  MR_RETURN_IF_ERROR(r.Add(Op("MakeIterator")
                               .Input("dataset: variant")
                               .Input("iterator: resource")
                               .Stateful()
                               .Doc("Starts the iterator over with `dataset`.")
                               .Shape(NoOutputs)
                               .NotDifferentiable()
                               .Cpu<MakeIteratorKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("IteratorGetNext")
                               .Input("iterator: resource")
                               .Output("components: output_types")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Stateful()
                               .Doc("The next element; OUT_OF_RANGE at the end.")
                               .MayWait()
                               .Shape(GetNextShape)
                               .NotDifferentiable()
                               .Cpu<GetNextKernel>()));
  return r.Add(Op("IteratorGetNextSync")
                   .Input("iterator: resource")
                   .Output("components: output_types")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Stateful()
                   .Doc("The next element; OUT_OF_RANGE at the end.")
                   .MayWait()
                   .Shape(GetNextShape)
                   .NotDifferentiable()
                   .Cpu<GetNextKernel>());
}

}  // namespace millrace
