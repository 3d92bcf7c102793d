// WindowDataset: datasets of consecutive elements. UnbatchDataset: the rows of elements.
#include <algorithm>
#include <deque>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

// One component of the elements of a window.
class ValuesIterator final : public DatasetIterator {
 public:
  explicit ValuesIterator(std::vector<Tensor> values) : values_(std::move(values)) {}
  NextResult Next() override {
    NextResult result;
    result.end = at_ == values_.size();
    if (!result.end) result.element.push_back(values_[at_++]);
    return result;
  }

 private:
  const std::vector<Tensor> values_;
  size_t at_ = 0;
};

class ValuesDataset final : public Dataset {
 public:
  explicit ValuesDataset(std::vector<Tensor> values) : values_(std::move(values)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext&) const override {
    return std::make_unique<ValuesIterator>(values_);
  }

 private:
  const std::vector<Tensor> values_;
};

struct Window {
  int64_t size, shift, stride;
  bool drop_remainder;

  // How many elements of the input a whole window reaches over.
  int64_t reach() const { return (size - 1) * stride + 1; }
};

class WindowIterator final : public DatasetIterator {
 public:
  WindowIterator(std::unique_ptr<DatasetIterator> input, Window window)
      : input_(std::move(input)), window_(window) {}
  NextResult Next() override {
    NextResult result;
    while (!ended_ && static_cast<int64_t>(buffer_.size()) < window_.reach()) {
      NextResult next = input_->Next();
      if (!next.status.ok()) return next;
      ended_ = next.end;
      if (next.end) break;
      if (skip_ > 0) {
        --skip_;
      } else {
        buffer_.push_back(std::move(next.element));
      }
    }
    const int64_t available = static_cast<int64_t>(buffer_.size());
    result.end = available == 0 || (window_.drop_remainder && available < window_.reach());
    if (result.end) return result;
    std::vector<std::vector<Tensor>> components(buffer_[0].size());
    for (int64_t i = 0; i < std::min(available, window_.reach()); i += window_.stride) {
      if (buffer_[i].size() != components.size()) {
        return {absl::InvalidArgumentError("elements have different numbers of components")};
      }
      for (size_t k = 0; k < components.size(); ++k) components[k].push_back(buffer_[i][k]);
    }
    for (auto& values : components) {
      result.element.push_back(DatasetTensor(std::make_shared<ValuesDataset>(std::move(values))));
    }
    const int64_t drop = std::min(available, window_.shift);
    buffer_.erase(buffer_.begin(), buffer_.begin() + drop);
    skip_ = window_.shift - drop;
    return result;
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  const Window window_;
  std::deque<Element> buffer_;
  int64_t skip_ = 0;  // elements between two windows that no window has
  bool ended_ = false;
};

class WindowDatasetImpl final : public Dataset {
 public:
  WindowDatasetImpl(DatasetPtr input, Window window) : input_(std::move(input)), window_(window) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<WindowIterator>(std::move(input), window_);
  }

 private:
  const DatasetPtr input_;
  const Window window_;
};

class WindowKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    Window window;
    MR_ASSIGN_OR_RETURN(window.size, Int64Input(c, 1, "size"));
    MR_ASSIGN_OR_RETURN(window.shift, Int64Input(c, 2, "shift"));
    MR_ASSIGN_OR_RETURN(window.stride, Int64Input(c, 3, "stride"));
    MR_ASSIGN_OR_RETURN(window.drop_remainder, BoolInput(c, 4, "drop_remainder"));
    int64_t reach;
    if (window.size <= 0 || window.shift <= 0 || window.stride <= 0 ||
        __builtin_mul_overflow(window.size, window.stride, &reach)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Window size, shift and stride must be greater than zero, got ", window.size,
                       ", ", window.shift, " and ", window.stride));
    }
    return std::make_shared<WindowDatasetImpl>(std::move(input), window);
  }
};

class UnbatchIterator final : public DatasetIterator {
 public:
  explicit UnbatchIterator(std::unique_ptr<DatasetIterator> input) : input_(std::move(input)) {}
  NextResult Next() override {
    while (row_ == rows_) {
      NextResult next = input_->Next();
      if (!next.status.ok() || next.end) return next;
      absl::Status status = Start(std::move(next.element));
      if (!status.ok()) return {std::move(status)};
    }
    NextResult result;
    for (const Tensor& t : batch_) {
      Shape shape = t.shape();
      shape.RemoveDim(0);
      absl::StatusOr<Tensor> row = t.Slice(row_, row_ + 1).Reshaped(shape);
      if (!row.ok()) return {row.status()};
      result.element.push_back(*std::move(row));
    }
    ++row_;
    return result;
  }

 private:
  absl::Status Start(Element batch) {
    for (const Tensor& t : batch) {
      if (t.rank() < 1) {
        return absl::InvalidArgumentError("Input element must have a non-scalar value");
      }
      if (t.dim(0) != batch[0].dim(0)) {
        return absl::InvalidArgumentError(
            absl::StrCat("Input element must have the same batch size in each component, got ",
                         batch[0].dim(0), " and ", t.dim(0)));
      }
    }
    rows_ = batch.empty() ? 0 : batch[0].dim(0);
    row_ = 0;
    batch_ = std::move(batch);
    return absl::OkStatus();
  }

  const std::unique_ptr<DatasetIterator> input_;
  Element batch_;
  int64_t row_ = 0, rows_ = 0;
};

class UnbatchDatasetImpl final : public Dataset {
 public:
  explicit UnbatchDatasetImpl(DatasetPtr input) : input_(std::move(input)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<UnbatchIterator>(std::move(input));
  }

 private:
  const DatasetPtr input_;
};

class UnbatchKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    return std::make_shared<UnbatchDatasetImpl>(std::move(input));
  }
};

}  // namespace

absl::Status RegisterWindowDataset(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("WindowDataset")
                               .Input("input_dataset: variant")
                               .Input("size: int64")
                               .Input("shift: int64")
                               .Input("stride: int64")
                               .Input("drop_remainder: bool")
                               .Output("handle: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("metadata: string = ''")
                               .Doc("Datasets of each component of `size` elements, every "
                                    "stride-th, the next window `shift` elements on.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<WindowKernel>()));
  return r.Add(Op("UnbatchDataset")
                   .Input("input_dataset: variant")
                   .Output("handle: variant")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("metadata: string = ''")
                   .Doc("The rows of the elements.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<UnbatchKernel>());
}

}  // namespace millrace
