// SparseTensorSliceDataset: the rows of a sparse tensor, each a sparse tensor.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/array/elements.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

// Elements (indices, values, dense_shape) without the first dimension.
class SparseSliceIterator final : public DatasetIterator {
 public:
  explicit SparseSliceIterator(const Element& sparse) : sparse_(sparse) {}
  NextResult Next() override {
    NextResult result;
    result.end = row_ >= sparse_[2].data<int64_t>()[0];
    if (result.end) return result;
    const Tensor& indices = sparse_[0];
    const int64_t rank = indices.dim(1);
    const int64_t begin = entry_;
    while (entry_ < indices.dim(0) && indices.data<int64_t>()[entry_ * rank] == row_) ++entry_;
    absl::StatusOr<Tensor> row_indices =
        Tensor::Create(DType::kInt64, Shape({entry_ - begin, rank - 1}));
    if (!row_indices.ok()) return {row_indices.status()};
    int64_t* out = row_indices->mutable_data<int64_t>();
    for (int64_t i = begin; i < entry_; ++i) {
      out = std::copy_n(indices.data<int64_t>() + i * rank + 1, rank - 1, out);
    }
    result.element = {*std::move(row_indices), sparse_[1].Slice(begin, entry_),
                      sparse_[2].Slice(1, rank)};
    ++row_;
    return result;
  }

 private:
  const Element sparse_;
  int64_t row_ = 0, entry_ = 0;
};

class SparseSliceDataset final : public Dataset {
 public:
  explicit SparseSliceDataset(Element sparse) : sparse_(std::move(sparse)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext&) const override {
    return std::make_unique<SparseSliceIterator>(sparse_);
  }
  int64_t Cardinality() const override { return sparse_[2].data<int64_t>()[0]; }

 private:
  const Element sparse_;
};

class SparseSliceKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(Element sparse, OwnedInputs(c, 0));
    const Tensor &indices = sparse[0], &values = sparse[1], &shape = sparse[2];
    if (indices.rank() != 2 || values.rank() != 1 || shape.rank() != 1 ||
        indices.dim(0) != values.dim(0) || indices.dim(1) != shape.dim(0) || shape.dim(0) < 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "not a sparse tensor of rank 1 at least: indices ", indices.shape().ToString(),
          ", values ", values.shape().ToString(), ", dense_shape ", shape.shape().ToString()));
    }
    const int64_t rank = shape.dim(0);
    int64_t row = 0;
    for (int64_t i = 0; i < indices.dim(0); ++i) {
      const int64_t next = indices.data<int64_t>()[i * rank];
      if (next < row) {
        return absl::UnimplementedError(
            "The SparseTensor must be ordered in the batch dimension; handling arbitrarily ordered "
            "input is not currently supported.");
      }
      row = next;
    }
    return std::make_shared<SparseSliceDataset>(std::move(sparse));
  }
};

}  // namespace

absl::Status RegisterSparseSliceDataset(Registry& r) {
  return r.Add(Op("SparseTensorSliceDataset")
                   .Input("indices: int64")
                   .Input("values: Tvalues")
                   .Input("dense_shape: int64")
                   .Output("handle: variant")
                   .Attr("Tvalues: type")
                   .Stateful()
                   .Doc("The rows of a sparse tensor: elements (indices, values, dense_shape).")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<SparseSliceKernel>());
}

}  // namespace millrace
