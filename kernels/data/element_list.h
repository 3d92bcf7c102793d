// Elements that are there: a list of them as an iterator and as a dataset.
#ifndef MILLRACE_KERNELS_DATA_ELEMENT_LIST_H_
#define MILLRACE_KERNELS_DATA_ELEMENT_LIST_H_

#include <memory>
#include <utility>
#include <vector>

#include "kernels/data/dataset.h"

namespace millrace {

using ElementList = std::shared_ptr<const std::vector<Element>>;

class ElementListIterator final : public DatasetIterator {
 public:
  explicit ElementListIterator(ElementList elements) : elements_(std::move(elements)) {}
  NextResult Next() override {
    NextResult result;
    result.end = at_ == elements_->size();
    if (!result.end) result.element = (*elements_)[at_++];
    return result;
  }

 private:
  const ElementList elements_;
  size_t at_ = 0;
};

class ElementListDataset final : public Dataset {
 public:
  explicit ElementListDataset(std::vector<Element> elements)
      : elements_(std::make_shared<const std::vector<Element>>(std::move(elements))) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext&) const override {
    return std::make_unique<ElementListIterator>(elements_);
  }
  int64_t Cardinality() const override { return static_cast<int64_t>(elements_->size()); }

 private:
  const ElementList elements_;
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_DATA_ELEMENT_LIST_H_
