// ReduceDataset, DatasetToSingleElement, GetElementAtIndex: what a dataset comes to, without an
// iterator that lasts.
#include "core/graph/registry.h"
#include "kernels/data/consuming_kernel.h"
#include "kernels/data/function_dataset.h"

namespace millrace {
namespace {

absl::Status ComponentShapes(ShapeContext& c) {
  std::vector<PartialShape> shapes;
  MR_RETURN_IF_ERROR(c.GetAttr("output_shapes", &shapes));
  if (static_cast<int>(shapes.size()) != c.num_outputs()) {
    return absl::InvalidArgumentError("output_shapes and output_types must have the same length");
  }
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, shapes[i]);
  return absl::OkStatus();
}

class ReduceKernel final : public ConsumingKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> state;
    MR_RETURN_IF_ERROR(c.GetAttr("Tstate", &state));
    num_state_ = state.size();
    MR_ASSIGN_OR_RETURN(function_, CapturedFunction::Create(c, "f"));
    return ConsumingKernel::Init(c);
  }

 private:
  absl::StatusOr<Element> Results(KernelContext& c, DatasetIterator& iterator,
                                  Cancellation* cancellation) override {
    MR_ASSIGN_OR_RETURN(Element state, OwnedInputs(c, 1));
    const Element captured(state.begin() + num_state_, state.end());
    state.resize(num_state_);
    for (;;) {
      if (cancellation->IsCancelled()) return cancellation->status();
      NextResult next = iterator.Next();
      MR_RETURN_IF_ERROR(next.status);
      if (next.end) return state;
      for (Tensor& t : next.element) state.push_back(std::move(t));
      absl::StatusOr<Element> results = function_->Call(std::move(state), captured, cancellation);
      if (!results.ok()) return FunctionError(results.status());
      state = *std::move(results);
    }
  }

  size_t num_state_;
  std::shared_ptr<const CapturedFunction> function_;
};

class SingleElementKernel final : public ConsumingKernel {
  absl::StatusOr<Element> Results(KernelContext&, DatasetIterator& iterator,
                                  Cancellation*) override {
    NextResult first = iterator.Next();
    MR_RETURN_IF_ERROR(first.status);
    if (first.end) return absl::InvalidArgumentError("Dataset was empty.");
    const NextResult second = iterator.Next();
    MR_RETURN_IF_ERROR(second.status);
    if (!second.end) return absl::InvalidArgumentError("Dataset had more than one element.");
    return std::move(first.element);
  }
};

class ElementAtIndexKernel final : public ConsumingKernel {
  absl::StatusOr<Element> Results(KernelContext& c, DatasetIterator& iterator,
                                  Cancellation* cancellation) override {
    MR_ASSIGN_OR_RETURN(const int64_t index, Int64Input(c, 1, "index"));
    for (int64_t i = 0; index >= 0; ++i) {
      if (cancellation->IsCancelled()) return cancellation->status();
      NextResult next = iterator.Next();
      MR_RETURN_IF_ERROR(next.status);
      if (next.end) break;
      if (i == index) return std::move(next.element);
    }
    return absl::OutOfRangeError(absl::StrCat("Index out of range: ", index));
  }
};

}  // namespace

absl::Status RegisterReduceDataset(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("ReduceDataset")
          .Input("input_dataset: variant")
          .Input("initial_state: Tstate")
          .Input("other_arguments: Targuments")
          .Output("components: output_types")
          .Attr("f: func")
          .Attr("Tstate: list(type) >= 1")
          .Attr("Targuments: list(type) >= 0")
          .Attr("output_types: list(type) >= 1")
          .Attr("output_shapes: list(shape) >= 1")
          .Attr("use_inter_op_parallelism: bool = true")
          .Attr("metadata: string = ''")
          .Stateful()
          .Doc("state = f(state, element, other_arguments) over all elements; the last state.")
          .MayWait()
          .Shape(ComponentShapes)
          .NotDifferentiable()
          .Cpu<ReduceKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("GetElementAtIndex")
                .Input("dataset: variant")
                .Input("index: int64")
                .Output("components: output_types")
                .Attr("output_types: list(type) >= 1")
                .Attr("output_shapes: list(shape) >= 1")
                .Doc("The components of element `index`; OUT_OF_RANGE if there is none.\nMakes all "
                     "elements before it.")
                .MayWait()
                .Shape(ComponentShapes)
                .NotDifferentiable()
                .Cpu<ElementAtIndexKernel>()));
  return r.Add(Op("DatasetToSingleElement")
                   .Input("dataset: variant")
                   .Output("components: output_types")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("metadata: string = ''")
                   .Stateful()
                   .Doc("The components of the only element; INVALID_ARGUMENT if there is none or "
                        "a second one.")
                   .MayWait()
                   .Shape(ComponentShapes)
                   .NotDifferentiable()
                   .Cpu<SingleElementKernel>());
}

}  // namespace millrace
