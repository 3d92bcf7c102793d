// FlatMapDataset, InterleaveDataset and its parallel forms: the elements of the datasets that a
// function makes of the input's elements.
#include "core/graph/registry.h"
#include "kernels/data/function_dataset.h"

namespace millrace {
namespace {

// The iterator over the dataset that `function` makes of `element`.
absl::StatusOr<std::unique_ptr<DatasetIterator>> Open(const BoundFunction& function,
                                                      Element element,
                                                      const IteratorContext& context) {
  absl::StatusOr<Element> results = function.Call(std::move(element), context.cancellation);
  if (!results.ok()) return FunctionError(results.status());
  if (results->size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("the function must return one dataset, got ", results->size(), " tensors"));
  }
  MR_ASSIGN_OR_RETURN(const DatasetPtr dataset, DatasetFrom((*results)[0]));
  return dataset->MakeIterator(context);
}

// Takes turns between `cycle_length` open datasets, `block_length` elements a turn. The place of
// one that has ended is empty until its next turn.
class InterleaveIterator final : public DatasetIterator {
 public:
  InterleaveIterator(std::unique_ptr<DatasetIterator> input, const BoundFunction& function,
                     const IteratorContext& context, int64_t cycle_length, int64_t block_length)
      : input_(std::move(input)),
        function_(function),
        context_(context),
        block_length_(block_length),
        open_(static_cast<size_t>(cycle_length)) {}
  NextResult Next() override {
    for (;;) {
      std::unique_ptr<DatasetIterator>& current = open_[turn_];
      if (current != nullptr) {
        NextResult next = current->Next();
        if (!next.end) {
          if (++in_block_ == block_length_) NextTurn();
          return next;
        }
        current = nullptr;
        --num_open_;
        NextTurn();
      } else if (!input_ended_) {
        NextResult next = input_->Next();
        if (!next.status.ok()) return next;
        input_ended_ = next.end;
        if (next.end) continue;
        auto opened = Open(function_, std::move(next.element), context_);
        if (!opened.ok()) return {opened.status()};
        current = *std::move(opened);
        ++num_open_;
      } else if (num_open_ > 0) {
        NextTurn();
      } else {
        NextResult result;
        result.end = true;
        return result;
      }
    }
  }

 private:
  void NextTurn() {
    in_block_ = 0;
    turn_ = (turn_ + 1) % open_.size();
  }

  const std::unique_ptr<DatasetIterator> input_;
  const BoundFunction function_;
  const IteratorContext context_;
  const int64_t block_length_;
  std::vector<std::unique_ptr<DatasetIterator>> open_;
  size_t turn_ = 0;
  int64_t in_block_ = 0, num_open_ = 0;
  bool input_ended_ = false;
};

class InterleaveDatasetImpl final : public Dataset {
 public:
  InterleaveDatasetImpl(DatasetPtr input, BoundFunction function, int64_t cycle_length,
                        int64_t block_length)
      : input_(std::move(input)),
        function_(std::move(function)),
        cycle_length_(cycle_length),
        block_length_(block_length) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<InterleaveIterator>(std::move(input), function_, context, cycle_length_,
                                                block_length_);
  }

 private:
  const DatasetPtr input_;
  const BoundFunction function_;
  const int64_t cycle_length_, block_length_;
};

// What cycle_length -1 ("choose one") stands for, and the most that is kept open at once.
constexpr int64_t kAutoCycleLength = 4;
constexpr int64_t kMaxCycleLength = 1 << 20;

// (input_dataset, other_arguments..., cycle_length, block_length, numbers that only tune); FlatMap
// has the first two only.
class InterleaveKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> captured;
    MR_RETURN_IF_ERROR(c.GetAttr("Targuments", &captured));
    num_captured_ = captured.size();
    MR_ASSIGN_OR_RETURN(function_, CapturedFunction::Create(c, "f"));
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(Element captured, OwnedInputs(c, 1));
    captured.resize(num_captured_);
    int64_t cycle_length = 1, block_length = 1;
    const int at = 1 + static_cast<int>(num_captured_);
    if (at < c.num_inputs()) {
      MR_ASSIGN_OR_RETURN(cycle_length, Int64Input(c, at, "cycle_length"));
      MR_ASSIGN_OR_RETURN(block_length, Int64Input(c, at + 1, "block_length"));
      if (cycle_length == -1) cycle_length = kAutoCycleLength;
      if (cycle_length <= 0 || block_length <= 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("cycle_length and block_length must be greater than zero, got ",
                         cycle_length, " and ", block_length));
      }
      if (cycle_length > kMaxCycleLength) {
        return absl::ResourceExhaustedError(
            absl::StrCat("cycle_length ", cycle_length, " is above ", kMaxCycleLength));
      }
    }
    return std::make_shared<InterleaveDatasetImpl>(std::move(input),
                                                   BoundFunction{function_, std::move(captured)},
                                                   cycle_length, block_length);
  }

  size_t num_captured_;
  std::shared_ptr<const CapturedFunction> function_;
};

Op& Finish(Op& op) {
  return op
      .Doc(
          "The elements of the datasets f(element, other_arguments), block_length at a time of "
          "each of cycle_length that are open at once.\n"
          "Always in the order of InterleaveDataset.")
      .Shape(ScalarOutputs)
      .NotDifferentiable()
      .Cpu<InterleaveKernel>();
}

}  // namespace

absl::Status RegisterFlatMapDataset(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("FlatMapDataset")
                               .Input("input_dataset: variant")
                               .Input("other_arguments: Targuments")
                               .Output("handle: variant")
                               .Attr("f: func")
                               .Attr("Targuments: list(type) >= 0")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("metadata: string = ''")
                               .Doc("The elements of f(element, other_arguments) for each element, "
                                    "one dataset after the other.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<InterleaveKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Finish(Op("InterleaveDataset")
                                      .Input("input_dataset: variant")
                                      .Input("other_arguments: Targuments")
                                      .Input("cycle_length: int64")
                                      .Input("block_length: int64")
                                      .Output("handle: variant")
                                      .Attr("f: func")
                                      .Attr("Targuments: list(type) >= 0")
                                      .Attr("output_types: list(type) >= 1")
                                      .Attr("output_shapes: list(shape) >= 1")
                                      .Attr("metadata: string = ''"))));
  MR_RETURN_IF_ERROR(r.Add(Finish(Op("ParallelInterleaveDataset")
                                      .Input("input_dataset: variant")
                                      .Input("other_arguments: Targuments")
                                      .Input("cycle_length: int64")
                                      .Input("block_length: int64")
                                      .Input("sloppy: bool")
                                      .Input("buffer_output_elements: int64")
                                      .Input("prefetch_input_elements: int64")
                                      .Output("handle: variant")
                                      .Attr("f: func")
                                      .Attr("Targuments: list(type) >= 0")
                                      .Attr("output_types: list(type) >= 1")
                                      .Attr("output_shapes: list(shape) >= 1")
                                      .Attr("metadata: string = ''"))));
  MR_RETURN_IF_ERROR(r.Add(Finish(Op("ParallelInterleaveDatasetV2")
                                      .Input("input_dataset: variant")
                                      .Input("other_arguments: Targuments")
                                      .Input("cycle_length: int64")
                                      .Input("block_length: int64")
                                      .Input("num_parallel_calls: int64")
                                      .Output("handle: variant")
                                      .Attr("f: func")
                                      .Attr("Targuments: list(type) >= 0")
                                      .Attr("output_types: list(type) >= 1")
                                      .Attr("output_shapes: list(shape) >= 1")
                                      .Attr("sloppy: bool = false")
                                      .Attr("metadata: string = ''"))));
  MR_RETURN_IF_ERROR(r.Add(Finish(Op("ParallelInterleaveDatasetV3")
                                      .Input("input_dataset: variant")
                                      .Input("other_arguments: Targuments")
                                      .Input("cycle_length: int64")
                                      .Input("block_length: int64")
                                      .Input("num_parallel_calls: int64")
                                      .Output("handle: variant")
                                      .Attr("f: func")
                                      .Attr("deterministic: string = 'default'")
                                      .Attr("Targuments: list(type) >= 0")
                                      .Attr("output_types: list(type) >= 1")
                                      .Attr("output_shapes: list(shape) >= 1")
                                      .Attr("metadata: string = ''"))));
  MR_RETURN_IF_ERROR(r.Add(Finish(Op("ParallelInterleaveDatasetV4")
                                      .Input("input_dataset: variant")
                                      .Input("other_arguments: Targuments")
                                      .Input("cycle_length: int64")
                                      .Input("block_length: int64")
                                      .Input("buffer_output_elements: int64")
                                      .Input("prefetch_input_elements: int64")
                                      .Input("num_parallel_calls: int64")
                                      .Output("handle: variant")
                                      .Attr("f: func")
                                      .Attr("deterministic: string = 'default'")
                                      .Attr("Targuments: list(type) >= 0")
                                      .Attr("output_types: list(type) >= 1")
                                      .Attr("output_shapes: list(shape) >= 1")
                                      .Attr("metadata: string = ''"))));
  return r.Add(Finish(Op("LegacyParallelInterleaveDatasetV2")
                          .Input("input_dataset: variant")
                          .Input("other_arguments: Targuments")
                          .Input("cycle_length: int64")
                          .Input("block_length: int64")
                          .Input("buffer_output_elements: int64")
                          .Input("prefetch_input_elements: int64")
                          .Output("handle: variant")
                          .Attr("f: func")
                          .Attr("deterministic: string = 'default'")
                          .Attr("Targuments: list(type) >= 0")
                          .Attr("output_types: list(type) >= 1")
                          .Attr("output_shapes: list(shape) >= 1")
                          .Attr("metadata: string = ''")));
}

}  // namespace millrace
