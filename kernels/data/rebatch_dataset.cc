// RebatchDataset, RebatchDatasetV2: batches of other sizes, of the rows of batches.
#include <algorithm>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/array/elements.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

// The number of rows of a batch. INVALID_ARGUMENT unless all components have as many.
absl::StatusOr<int64_t> RowsOf(const Element& batch) {
  for (const Tensor& t : batch) {
    if (t.rank() < 1) {
      return absl::InvalidArgumentError(
          "Cannot rebatch dataset: All components must be at least 1-dimensional");
    }
    if (t.dim(0) != batch[0].dim(0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Cannot rebatch dataset: All components must have the same size in the 0th "
                       "dimension, got ",
                       batch[0].dim(0), " and ", t.dim(0)));
    }
  }
  return batch.empty() ? 0 : batch[0].dim(0);
}

// Rows begin to end - 1 of each component, which share its memory.
Element Rows(const Element& batch, int64_t begin, int64_t end) {
  Element rows;
  for (const Tensor& t : batch) rows.push_back(t.Slice(begin, end));
  return rows;
}

// The rows of all parts, of which there is at least one.
absl::StatusOr<Tensor> JoinRows(const std::vector<Tensor>& parts) {
  Shape shape = parts[0].shape();
  int64_t rows = 0;
  for (const Tensor& part : parts) {
    rows += part.dim(0);
    MR_RETURN_IF_ERROR(shape.SetDim(0, part.dim(0)));
    if (part.shape() == shape && part.dtype() == parts[0].dtype()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("Cannot rebatch dataset: rows of different shapes, of batches of the shapes ",
                     parts[0].shape().ToString(), " and ", part.shape().ToString()));
  }
  MR_RETURN_IF_ERROR(shape.SetDim(0, rows));
  MR_ASSIGN_OR_RETURN(Tensor joined, Tensor::Create(parts[0].dtype(), shape));
  int64_t at = 0;
  for (const Tensor& part : parts) {
    CopyElements(part.dtype(), part.raw_data(), MutableElementAt(joined, at), part.num_elements());
    at += part.num_elements();
  }
  return joined;
}

// Each batch in num_parts parts of one size; the last ones may be smaller, or empty.
class SplitIterator final : public DatasetIterator {
 public:
  SplitIterator(std::unique_ptr<DatasetIterator> input, int64_t num_parts)
      : input_(std::move(input)), num_parts_(num_parts), part_(num_parts) {}
  NextResult Next() override {
    if (part_ == num_parts_) {
      NextResult next = input_->Next();
      if (!next.status.ok() || next.end) return next;
      const absl::StatusOr<int64_t> rows = RowsOf(next.element);
      if (!rows.ok()) return {rows.status()};
      batch_ = std::move(next.element);
      rows_ = *rows;
      part_ = 0;
    }
    const int64_t size = rows_ / num_parts_ + (rows_ % num_parts_ != 0 ? 1 : 0);
    const int64_t begin = std::min(rows_, part_ * size), end = std::min(rows_, begin + size);
    ++part_;
    NextResult result;
    result.element = Rows(batch_, begin, end);
    return result;
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  const int64_t num_parts_;
  Element batch_;
  int64_t rows_ = 0, part_;
};

// All rows of the input's batches, so many of them at a time as `sizes` say in turns.
class ResizeIterator final : public DatasetIterator {
 public:
  ResizeIterator(std::unique_ptr<DatasetIterator> input, const std::vector<int64_t>& sizes,
                 bool drop_remainder, Cancellation* cancellation)
      : input_(std::move(input)),
        sizes_(sizes),
        drop_remainder_(drop_remainder),
        cancellation_(cancellation) {}
  NextResult Next() override {
    const int64_t wanted = sizes_[turn_ % sizes_.size()];
    std::vector<Element> parts;
    int64_t found = 0;
    NextResult result;
    while (found < wanted || parts.empty()) {
      if (at_ == rows_) {
        if (ended_) break;
        result = Take();
        if (!result.status.ok()) return result;
        if (result.end) break;
      }
      const int64_t end = at_ + std::min(rows_ - at_, wanted - found);
      parts.push_back(Rows(batch_, at_, end));
      found += end - at_;
      at_ = end;
    }
    result.end = parts.empty() || (found < wanted && drop_remainder_);
    if (result.end) return result;
    ++turn_;
    absl::StatusOr<Element> joined = Join(parts);
    if (!joined.ok()) return {joined.status()};
    result.element = *std::move(joined);
    return result;
  }

 private:
  // The input's next batch that has rows becomes batch_.
  NextResult Take() {
    for (;;) {
      if (cancellation_ != nullptr && cancellation_->IsCancelled())
        return {cancellation_->status()};
      NextResult next = input_->Next();
      ended_ = next.end;
      if (!next.status.ok() || next.end) return next;
      const absl::StatusOr<int64_t> rows = RowsOf(next.element);
      if (!rows.ok()) return {rows.status()};
      if (*rows == 0) continue;
      batch_ = std::move(next.element);
      rows_ = *rows;
      at_ = 0;
      return NextResult();
    }
  }

  static absl::StatusOr<Element> Join(const std::vector<Element>& parts) {
    if (parts.size() == 1) return parts[0];
    Element joined;
    for (size_t i = 0; i < parts[0].size(); ++i) {
      std::vector<Tensor> rows;
      for (const Element& part : parts) {
        if (part.size() != parts[0].size()) {
          return absl::InvalidArgumentError(
              "Cannot rebatch dataset: its batches have different numbers of components");
        }
        rows.push_back(part[i]);
      }
      MR_ASSIGN_OR_RETURN(Tensor all, JoinRows(rows));
      joined.push_back(std::move(all));
    }
    return joined;
  }

  const std::unique_ptr<DatasetIterator> input_;
  const std::vector<int64_t> sizes_;
  const bool drop_remainder_;
  Cancellation* const cancellation_;
  Element batch_;
  int64_t rows_ = 0, at_ = 0;
  size_t turn_ = 0;
  bool ended_ = false;
};

class RebatchDatasetImpl final : public Dataset {
 public:
  RebatchDatasetImpl(DatasetPtr input, int64_t num_parts)
      : input_(std::move(input)), num_parts_(num_parts) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<SplitIterator>(std::move(input), num_parts_);
  }

 private:
  const DatasetPtr input_;
  const int64_t num_parts_;
};

class RebatchV2DatasetImpl final : public Dataset {
 public:
  RebatchV2DatasetImpl(DatasetPtr input, std::vector<int64_t> sizes, bool drop_remainder)
      : input_(std::move(input)), sizes_(std::move(sizes)), drop_remainder_(drop_remainder) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<ResizeIterator>(std::move(input), sizes_, drop_remainder_,
                                            context.cancellation);
  }

 private:
  const DatasetPtr input_;
  const std::vector<int64_t> sizes_;
  const bool drop_remainder_;
};

class RebatchKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(const int64_t num_parts, Int64Input(c, 1, "num_replicas"));
    if (num_parts <= 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("num_replicas must be greater than zero, got ", num_parts));
    }
    return std::make_shared<RebatchDatasetImpl>(std::move(input), num_parts);
  }
};

class RebatchV2Kernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    const Tensor& sizes = c.input(1);
    if (sizes.rank() > 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "batch_sizes must be a scalar or a vector, got shape ", sizes.shape().ToString()));
    }
    const auto span = sizes.flat<int64_t>();
    const bool negative = std::any_of(span.begin(), span.end(), [](int64_t n) { return n < 0; });
    const bool positive = std::any_of(span.begin(), span.end(), [](int64_t n) { return n > 0; });
    if (negative || !positive) {
      return absl::InvalidArgumentError(
          "batch_sizes must not be negative, and one must be greater than zero");
    }
    MR_ASSIGN_OR_RETURN(const bool drop_remainder, BoolInput(c, 2, "drop_remainder"));
    return std::make_shared<RebatchV2DatasetImpl>(
        std::move(input), std::vector<int64_t>(span.begin(), span.end()), drop_remainder);
  }
};

}  // namespace

absl::Status RegisterRebatchDataset(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("RebatchDataset")
                               .Input("input_dataset: variant")
                               .Input("num_replicas: int64")
                               .Output("handle: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("use_fallback: bool = true")
                               .Doc("Each batch of the input as num_replicas batches of one size; "
                                    "the last of them are smaller or empty where it must be so.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<RebatchKernel>()));
  return r.Add(Op("RebatchDatasetV2")
                   .Input("input_dataset: variant")
                   .Input("batch_sizes: int64")
                   .Input("drop_remainder: bool")
                   .Output("handle: variant")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Doc("The rows of the input's batches in batches of other sizes: those of "
                        "batch_sizes, in turns.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<RebatchV2Kernel>());
}

}  // namespace millrace
