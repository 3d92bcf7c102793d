// BatchDataset, BatchDatasetV2: consecutive elements stacked.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/array/stack_tensors.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

class BatchIterator final : public DatasetIterator {
 public:
  BatchIterator(std::unique_ptr<DatasetIterator> input, int64_t batch_size, bool drop_remainder)
      : input_(std::move(input)), batch_size_(batch_size), drop_remainder_(drop_remainder) {}
  NextResult Next() override {
    NextResult result;
    std::vector<Element> elements;
    while (!ended_ && static_cast<int64_t>(elements.size()) < batch_size_) {
      NextResult next = input_->Next();
      if (!next.status.ok()) return next;
      if (next.end) {
        ended_ = true;
      } else {
        elements.push_back(std::move(next.element));
      }
    }
    if (elements.empty() ||
        (drop_remainder_ && static_cast<int64_t>(elements.size()) < batch_size_)) {
      result.end = true;
      return result;
    }
    for (const Element& e : elements) {
      if (e.size() != elements[0].size()) {
        return {absl::InvalidArgumentError(
            "Cannot batch elements with different numbers of components")};
      }
    }
    for (size_t i = 0; i < elements[0].size(); ++i) {
      std::vector<Tensor> rows;
      for (Element& e : elements) rows.push_back(std::move(e[i]));
      absl::StatusOr<Tensor> stacked = StackTensors(rows);
      if (!stacked.ok()) {
        return {
            Annotate(stacked.status(),
                     absl::StrCat("Cannot batch tensors with different shapes in component ", i))};
      }
      result.element.push_back(*std::move(stacked));
    }
    return result;
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  const int64_t batch_size_;
  const bool drop_remainder_;
  bool ended_ = false;
};

class BatchDatasetImpl final : public Dataset {
 public:
  BatchDatasetImpl(DatasetPtr input, int64_t batch_size, bool drop_remainder)
      : input_(std::move(input)), batch_size_(batch_size), drop_remainder_(drop_remainder) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<BatchIterator>(std::move(input), batch_size_, drop_remainder_);
  }
  int64_t Cardinality() const override {
    const int64_t n = input_->Cardinality();
    return n < 0 ? n : n / batch_size_ + (n % batch_size_ != 0 && !drop_remainder_ ? 1 : 0);
  }

 private:
  const DatasetPtr input_;
  const int64_t batch_size_;
  const bool drop_remainder_;
};

class BatchKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(const int64_t batch_size, Int64Input(c, 1, "batch_size"));
    if (batch_size <= 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Batch size must be greater than zero, got ", batch_size));
    }
    bool drop_remainder = false;
    if (c.num_inputs() > 2) {
      MR_ASSIGN_OR_RETURN(drop_remainder, BoolInput(c, 2, "drop_remainder"));
    }
    return std::make_shared<BatchDatasetImpl>(std::move(input), batch_size, drop_remainder);
  }
};

}  // namespace

absl::Status RegisterBatchDataset(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("BatchDataset")
                .Input("input_dataset: variant")
                .Input("batch_size: int64")
                .Output("handle: variant")
                .Attr("output_types: list(type) >= 1")
                .Attr("output_shapes: list(shape) >= 1")
                .Attr("metadata: string = ''")
                .Doc("Each batch_size elements stacked; the last batch may be smaller.")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<BatchKernel>()));
  return r.Add(Op("BatchDatasetV2")
                   .Input("input_dataset: variant")
                   .Input("batch_size: int64")
                   .Input("drop_remainder: bool")
                   .Output("handle: variant")
                   .Attr("parallel_copy: bool = false")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("metadata: string = ''")
                   .Doc("Each batch_size elements stacked; a smaller last batch is dropped if "
                        "drop_remainder.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<BatchKernel>());
}

}  // namespace millrace
