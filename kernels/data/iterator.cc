// MakeIterator, IteratorGetNext and their kin: starting iterators and taking elements from them.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/runtime/step.h"
#include "kernels/data/dataset.h"
#include "kernels/data/iterator_resource.h"
#include "kernels/data/optional_value.h"

namespace millrace {
namespace {

class MakeIteratorKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr dataset, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(const auto iterator, c.resource<IteratorResource>(1));
    return iterator->Start(std::move(dataset), c.device());
  }
};

// The next element as the outputs, or, with kAsOptional, in an optional that is empty at the end.
template <bool kAsOptional>
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
    if (kAsOptional) {
      auto value = std::make_shared<OptionalValue>();
      value->has_value = !result.end;
      value->components = std::move(result.element);
      c.set_output(0, OptionalTensor(std::move(value)));
      return absl::OkStatus();
    }
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

}  // namespace

absl::Status RegisterIterator(Registry& r) {
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
                               .Cpu<GetNextKernel<false>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("IteratorGetNextAsOptional")
                               .Input("iterator: resource")
                               .Output("optional: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Stateful()
                               .Doc("The next element as an optional, which is empty at the end.")
                               .MayWait()
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<GetNextKernel<true>>()));
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
                   .Cpu<GetNextKernel<false>>());
}

}  // namespace millrace
