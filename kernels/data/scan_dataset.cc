// ScanDataset: a function of a state and each element, which returns the next state and an element.
#include "core/graph/registry.h"
#include "kernels/data/function_dataset.h"

namespace millrace {
namespace {

class ScanIterator final : public DatasetIterator {
 public:
  ScanIterator(std::unique_ptr<DatasetIterator> input, Element state, const BoundFunction& function,
               Cancellation* cancellation)
      : input_(std::move(input)),
        state_(std::move(state)),
        function_(function),
        cancellation_(cancellation) {}
  NextResult Next() override {
    NextResult next = input_->Next();
    if (!next.status.ok() || next.end) return next;
    Element args = state_;
    for (Tensor& t : next.element) args.push_back(std::move(t));
    absl::StatusOr<Element> results = function_.Call(std::move(args), cancellation_);
    if (!results.ok()) return {FunctionError(results.status())};
    if (results->size() < state_.size()) {
      return {
          absl::InvalidArgumentError(absl::StrCat("the function returned ", results->size(),
                                                  " tensors, but the state has ", state_.size()))};
    }
    for (size_t i = 0; i < state_.size(); ++i) {
      if ((*results)[i].dtype() != state_[i].dtype()) {
        return {absl::InvalidArgumentError(
            absl::StrCat("component ", i, " of the state changed from ",
                         DTypeName(state_[i].dtype()), " to ", DTypeName((*results)[i].dtype())))};
      }
      state_[i] = std::move((*results)[i]);
    }
    next.element.assign(std::make_move_iterator(results->begin() + state_.size()),
                        std::make_move_iterator(results->end()));
    return next;
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  Element state_;
  const BoundFunction function_;
  Cancellation* const cancellation_;
};

class ScanDatasetImpl final : public Dataset {
 public:
  ScanDatasetImpl(DatasetPtr input, Element initial_state, BoundFunction function)
      : input_(std::move(input)),
        initial_state_(std::move(initial_state)),
        function_(std::move(function)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<ScanIterator>(std::move(input), initial_state_, function_,
                                          context.cancellation);
  }
  int64_t Cardinality() const override { return input_->Cardinality(); }

 private:
  const DatasetPtr input_;
  const Element initial_state_;
  const BoundFunction function_;
};

class ScanKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> state;
    MR_RETURN_IF_ERROR(c.GetAttr("Tstate", &state));
    num_state_ = state.size();
    MR_ASSIGN_OR_RETURN(function_, CapturedFunction::Create(c, "f"));
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(Element state, OwnedInputs(c, 1));
    Element captured(state.begin() + num_state_, state.end());
    state.resize(num_state_);
    return std::make_shared<ScanDatasetImpl>(std::move(input), std::move(state),
                                             BoundFunction{function_, std::move(captured)});
  }

  size_t num_state_;
  std::shared_ptr<const CapturedFunction> function_;
};

}  // namespace

absl::Status RegisterScanDataset(Registry& r) {
  return r.Add(Op("ScanDataset")
                   .Input("input_dataset: variant")
                   .Input("initial_state: Tstate")
                   .Input("other_arguments: Targuments")
                   .Output("handle: variant")
                   .Attr("f: func")
                   .Attr("Tstate: list(type) >= 1")
                   .Attr("Targuments: list(type) >= 0")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("preserve_cardinality: bool = false")
                   .Attr("use_default_device: bool = true")
                   .Attr("metadata: string = ''")
                   .Doc("(state, output) = f(state, element, other_arguments) for each element; "
                        "the elements are the outputs.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<ScanKernel>());
}

}  // namespace millrace
