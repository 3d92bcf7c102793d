#include "kernels/data/batching.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "kernels/array/stack_tensors.h"

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
    absl::StatusOr<Element> batch = StackElements(std::move(elements));
    if (!batch.ok()) return {batch.status()};
    result.element = *std::move(batch);
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
    return BatchCardinality(input_->Cardinality(), batch_size_, drop_remainder_);
  }

 private:
  const DatasetPtr input_;
  const int64_t batch_size_;
  const bool drop_remainder_;
};

}  // namespace

absl::StatusOr<Element> StackElements(std::vector<Element> elements) {
  for (const Element& e : elements) {
    if (e.size() != elements[0].size()) {
      return absl::InvalidArgumentError(
          "Cannot batch elements with different numbers of components");
    }
  }
  Element batch;
  for (size_t i = 0; i < elements[0].size(); ++i) {
    std::vector<Tensor> rows;
    for (Element& e : elements) rows.push_back(std::move(e[i]));
    absl::StatusOr<Tensor> stacked = StackTensors(rows);
    if (!stacked.ok()) {
      return Annotate(stacked.status(),
                      absl::StrCat("Cannot batch tensors with different shapes in component ", i));
    }
    batch.push_back(*std::move(stacked));
  }
  return batch;
}

DatasetPtr BatchesOf(DatasetPtr input, int64_t batch_size, bool drop_remainder) {
  return std::make_shared<BatchDatasetImpl>(std::move(input), batch_size, drop_remainder);
}

int64_t BatchCardinality(int64_t n, int64_t batch_size, bool drop_remainder) {
  return n < 0 ? n : n / batch_size + (n % batch_size != 0 && !drop_remainder ? 1 : 0);
}

absl::StatusOr<int64_t> BatchSizeInput(KernelContext& c, int i) {
  MR_ASSIGN_OR_RETURN(const int64_t batch_size, Int64Input(c, i, "batch_size"));
  if (batch_size > 0) return batch_size;
  return absl::InvalidArgumentError(
      absl::StrCat("Batch size must be greater than zero, got ", batch_size));
}

}  // namespace millrace
