// What datasets share that call a function on the elements of another.
#ifndef MILLRACE_KERNELS_DATA_FUNCTION_DATASET_H_
#define MILLRACE_KERNELS_DATA_FUNCTION_DATASET_H_

#include <memory>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "kernels/data/captured_function.h"
#include "kernels/data/dataset.h"

namespace millrace {

// A function and the values it captured.
struct BoundFunction {
  std::shared_ptr<const CapturedFunction> function;
  Element captured;

  absl::StatusOr<Element> Call(Element args, Cancellation* cancellation) const {
    return function->Call(std::move(args), captured, cancellation);
  }
};

// Several functions of one kernel. What they captured are inputs of it, one function's after the
// other's.
class CapturedFunctions {
 public:
  // The functions in the attributes `names`; what name captured is of the types that the attribute
  // "T" + name + types_suffix lists.
  static absl::StatusOr<CapturedFunctions> Create(KernelConstruction& c,
                                                  std::vector<absl::string_view> names,
                                                  absl::string_view types_suffix);
  // Each with its part of `captured`, in the order of the names. INVALID_ARGUMENT unless there are
  // as many values as types.
  absl::StatusOr<std::vector<BoundFunction>> Bind(const Element& captured) const;

 private:
  std::vector<std::shared_ptr<const CapturedFunction>> functions_;
  std::vector<size_t> num_captured_;
};

// The one bool of a predicate's results. INVALID_ARGUMENT if it is something else.
absl::StatusOr<bool> PredicateResult(const Element& results);

// The function's error as a dataset's: only the input says when a sequence ends.
absl::Status FunctionError(const absl::Status& status);

// Iterator(input iterator, function, context). keeps_cardinality: as many elements come out as go
// in.
template <typename Iterator>
class FunctionDataset final : public Dataset {
 public:
  FunctionDataset(DatasetPtr input, BoundFunction function, bool keeps_cardinality)
      : input_(std::move(input)),
        function_(std::move(function)),
        keeps_cardinality_(keeps_cardinality) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<Iterator>(std::move(input), function_, context);
  }
  int64_t Cardinality() const override {
    return keeps_cardinality_ ? input_->Cardinality() : kUnknownCardinality;
  }

 private:
  const DatasetPtr input_;
  const BoundFunction function_;
  const bool keeps_cardinality_;
};

// (input_dataset, other_arguments..., numbers that only tune): the function is called predicate or
// f.
template <typename Iterator>
class FunctionDatasetKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> captured;
    MR_RETURN_IF_ERROR(c.GetAttr("Targuments", &captured));
    num_captured_ = captured.size();
    MR_ASSIGN_OR_RETURN(function_,
                        CapturedFunction::Create(c, c.attrs().Has("f") ? "f" : "predicate"));
    if (!c.attrs().Has("preserve_cardinality")) return absl::OkStatus();
    return c.GetAttr("preserve_cardinality", &keeps_cardinality_);
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(Element captured, OwnedInputs(c, 1));
    captured.resize(num_captured_);
    return std::make_shared<FunctionDataset<Iterator>>(
        std::move(input), BoundFunction{function_, std::move(captured)}, keeps_cardinality_);
  }

  size_t num_captured_;
  bool keeps_cardinality_ = false;
  std::shared_ptr<const CapturedFunction> function_;
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_DATA_FUNCTION_DATASET_H_
