// ReduceDataset, DatasetToSingleElement: what a whole dataset comes to, without an iterator that
// lasts.
#include "core/base/cancellation.h"
#include "core/base/own_thread.h"
#include "core/graph/registry.h"
#include "core/runtime/step.h"
#include "kernels/data/function_dataset.h"

namespace millrace {
namespace {

// Sets the outputs to `results`. INVALID_ARGUMENT unless they have the promised types and shapes.
absl::Status SetComponents(KernelContext& c, const std::vector<PartialShape>& shapes,
                           Element results) {
  if (static_cast<int>(results.size()) != c.num_outputs() ||
      shapes.size() != static_cast<size_t>(c.num_outputs())) {
    return absl::InvalidArgumentError(
        absl::StrCat(results.size(), " components, expected ", c.num_outputs()));
  }
  for (int i = 0; i < c.num_outputs(); ++i) {
    if (results[i].dtype() != c.output_type(i) || !shapes[i].IsCompatibleWith(results[i].shape())) {
      return absl::InvalidArgumentError(absl::StrCat(
          "component ", i, " is ", DTypeName(results[i].dtype()), results[i].shape().ToString(),
          ", expected ", DTypeName(c.output_type(i)), shapes[i].ToString()));
    }
    c.set_output(i, std::move(results[i]));
  }
  return absl::OkStatus();
}

absl::Status ComponentShapes(ShapeContext& c) {
  std::vector<PartialShape> shapes;
  MR_RETURN_IF_ERROR(c.GetAttr("output_shapes", &shapes));
  if (static_cast<int>(shapes.size()) != c.num_outputs()) {
    return absl::InvalidArgumentError("output_shapes and output_types must have the same length");
  }
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, shapes[i]);
  return absl::OkStatus();
}

// Consumes a dataset on a thread of its own.
class ConsumingKernel : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("output_shapes", &shapes_); }
  void ComputeAsync(KernelContext& c, Done done) final {
    RunOnOwnThread([this, &c, done = std::move(done)]() mutable { done(Consume(c)); });
  }

 protected:
  virtual absl::StatusOr<Element> Results(KernelContext& c, DatasetIterator& iterator,
                                          Cancellation* cancellation) = 0;

 private:
  absl::Status Consume(KernelContext& c) {
    MR_ASSIGN_OR_RETURN(const DatasetPtr dataset, DatasetFrom(c.input(0)));
    Cancellation cancellation(c.step().cancellation);  // outlives the iterator
    MR_ASSIGN_OR_RETURN(const std::unique_ptr<DatasetIterator> iterator,
                        dataset->MakeIterator({c.device(), &cancellation}));
    MR_ASSIGN_OR_RETURN(Element results, Results(c, *iterator, &cancellation));
    return SetComponents(c, shapes_, std::move(results));
  }

  std::vector<PartialShape> shapes_;
};

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
