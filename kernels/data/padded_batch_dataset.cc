// PaddedBatchDataset, PaddedBatchDatasetV2: consecutive elements padded to one shape and stacked.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/array/elements.h"
#include "kernels/array/strided_copy.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

struct Padding {
  std::vector<int64_t> shape;  // -1: as large as the largest of the batch
  Tensor value;                // a scalar
};

// The shape that all rows are padded to.
absl::StatusOr<Shape> PaddedShape(const std::vector<Tensor>& rows, const Padding& padding,
                                  size_t component) {
  std::vector<int64_t> dims = padding.shape;
  for (const Tensor& row : rows) {
    if (row.rank() != static_cast<int>(dims.size())) {
      return absl::InvalidArgumentError(absl::StrCat(
          "All elements in a batch must have the same rank as the padded shape for component ",
          component, ": expected rank ", dims.size(), " but got element with rank ", row.rank()));
    }
    for (size_t d = 0; d < dims.size(); ++d) {
      const int64_t size = row.dim(static_cast<int>(d));
      if (padding.shape[d] < 0) {
        dims[d] = std::max(dims[d], size);
      } else if (size > dims[d]) {
        return absl::DataLossError(absl::StrCat(
            "Attempted to pad to a smaller size than the input element: component ", component,
            " has ", size, " in dimension ", d, ", padded_shapes says ", dims[d]));
      }
    }
  }
  return Shape::Create(dims);
}

absl::StatusOr<Tensor> Stack(const std::vector<Tensor>& rows, const Padding& padding,
                             size_t component) {
  MR_ASSIGN_OR_RETURN(Shape shape, PaddedShape(rows, padding, component));
  const Shape row_shape = shape;
  MR_RETURN_IF_ERROR(shape.InsertDim(0, static_cast<int64_t>(rows.size())));
  const DType dtype = padding.value.dtype();
  MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(dtype, shape));
  for (int64_t i = 0; i < out.num_elements(); ++i) {
    CopyElements(dtype, padding.value.raw_data(), MutableElementAt(out, i), 1);
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].dtype() != dtype) {
      return absl::InvalidArgumentError(absl::StrCat("component ", component, " is ",
                                                     DTypeName(rows[i].dtype()),
                                                     ", its padding value ", DTypeName(dtype)));
    }
    const DimVector dims(rows[i].shape().dims().begin(), rows[i].shape().dims().end());
    StridedView view{dims, RowMajorStrides(dims), RowMajorStrides(row_shape.dims())};
    view.dst_offset = static_cast<int64_t>(i) * row_shape.num_elements();
    StridedCopy(dtype, view, rows[i].raw_data(), out.mutable_raw_data(), nullptr);
  }
  return out;
}

class PaddedBatchIterator final : public DatasetIterator {
 public:
  PaddedBatchIterator(std::unique_ptr<DatasetIterator> input, int64_t batch_size,
                      bool drop_remainder, const std::vector<Padding>& paddings)
      : input_(std::move(input)),
        batch_size_(batch_size),
        drop_remainder_(drop_remainder),
        paddings_(paddings) {}
  NextResult Next() override {
    NextResult result;
    std::vector<std::vector<Tensor>> rows(paddings_.size());
    int64_t count = 0;
    while (!ended_ && count < batch_size_) {
      NextResult next = input_->Next();
      if (!next.status.ok()) return next;
      ended_ = next.end;
      if (next.end) break;
      if (next.element.size() != rows.size()) {
        return {absl::InvalidArgumentError(absl::StrCat("an element has ", next.element.size(),
                                                        " components, padded_shapes has ",
                                                        rows.size()))};
      }
      for (size_t i = 0; i < rows.size(); ++i) rows[i].push_back(std::move(next.element[i]));
      ++count;
    }
    result.end = count == 0 || (drop_remainder_ && count < batch_size_);
    for (size_t i = 0; i < rows.size() && !result.end; ++i) {
      absl::StatusOr<Tensor> stacked = Stack(rows[i], paddings_[i], i);
      if (!stacked.ok()) return {stacked.status()};
      result.element.push_back(*std::move(stacked));
    }
    return result;
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  const int64_t batch_size_;
  const bool drop_remainder_;
  const std::vector<Padding> paddings_;
  bool ended_ = false;
};

class PaddedBatchDatasetImpl final : public Dataset {
 public:
  PaddedBatchDatasetImpl(DatasetPtr input, int64_t batch_size, bool drop_remainder,
                         std::vector<Padding> paddings)
      : input_(std::move(input)),
        batch_size_(batch_size),
        drop_remainder_(drop_remainder),
        paddings_(std::move(paddings)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<PaddedBatchIterator>(std::move(input), batch_size_, drop_remainder_,
                                                 paddings_);
  }
  int64_t Cardinality() const override {
    const int64_t n = input_->Cardinality();
    return n < 0 ? n : n / batch_size_ + (n % batch_size_ != 0 && !drop_remainder_ ? 1 : 0);
  }

 private:
  const DatasetPtr input_;
  const int64_t batch_size_;
  const bool drop_remainder_;
  const std::vector<Padding> paddings_;
};

// (input_dataset, batch_size, padded_shapes..., padding_values..., [drop_remainder])
class PaddedBatchKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("N", &n_); }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(const int64_t batch_size, Int64Input(c, 1, "batch_size"));
    if (batch_size <= 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Batch size must be greater than zero, got ", batch_size));
    }
    const int n = static_cast<int>(n_);
    if (c.num_inputs() < 2 + 2 * n) {
      return absl::InvalidArgumentError("each padded shape needs a padding value");
    }
    std::vector<Padding> paddings;
    for (int i = 0; i < n; ++i) {
      const Tensor& shape = c.input(2 + i);
      const Tensor& value = c.input(2 + n + i);
      if (shape.rank() != 1) return absl::InvalidArgumentError("All padded shapes must be vectors");
      if (value.rank() != 0)
        return absl::InvalidArgumentError("All padding values must be scalars");
      MR_ASSIGN_OR_RETURN(Tensor owned, value.Owned());
      const int64_t* dims = shape.data<int64_t>();
      Padding padding{{dims, dims + shape.num_elements()}, std::move(owned)};
      for (const int64_t d : padding.shape) {
        if (d < -1) {
          return absl::InvalidArgumentError(
              absl::StrCat("a padded shape's dimensions must be at least -1, got ", d));
        }
      }
      paddings.push_back(std::move(padding));
    }
    bool drop_remainder = false;
    if (c.num_inputs() > 2 + 2 * n) {
      MR_ASSIGN_OR_RETURN(drop_remainder, BoolInput(c, 2 + 2 * n, "drop_remainder"));
    }
    return std::make_shared<PaddedBatchDatasetImpl>(std::move(input), batch_size, drop_remainder,
                                                    std::move(paddings));
  }

  int64_t n_;
};

}  // namespace

absl::Status RegisterPaddedBatchDataset(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("PaddedBatchDataset")
                               .Input("input_dataset: variant")
                               .Input("batch_size: int64")
                               .Input("padded_shapes: N * int64")
                               .Input("padding_values: Toutput_types")
                               .Output("handle: variant")
                               .Attr("Toutput_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("N: int >= 1")
                               .Attr("metadata: string = ''")
                               .Doc("Each batch_size elements padded to padded_shapes (-1: to the "
                                    "largest of the batch) and stacked.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<PaddedBatchKernel>()));
  return r.Add(Op("PaddedBatchDatasetV2")
                   .Input("input_dataset: variant")
                   .Input("batch_size: int64")
                   .Input("padded_shapes: N * int64")
                   .Input("padding_values: Toutput_types")
                   .Input("drop_remainder: bool")
                   .Output("handle: variant")
                   .Attr("parallel_copy: bool = false")
                   .Attr("Toutput_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("N: int >= 1")
                   .Attr("metadata: string = ''")
                   .Doc("Each batch_size elements padded to padded_shapes (-1: to the largest of "
                        "the batch) and stacked.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<PaddedBatchKernel>());
}

}  // namespace millrace
