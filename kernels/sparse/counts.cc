// SparseBincount, RaggedBincount, DenseCountSparseOutput, SparseCountSparseOutput,
// RaggedCountSparseOutput: how often each value occurs in each row.
#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/integer_at.h"
#include "kernels/sparse/sparse_outputs.h"
#include "kernels/sparse/sparse_view.h"

namespace millrace {
namespace {

enum class Layout { kDense, kSparse, kRagged };

// Values, and the row of each. Without rows there is one, and results have no dimension for it.
struct Rows {
  const Tensor* values = nullptr;
  std::vector<int64_t> row;  // of each value
  int64_t count = 1;
  bool single = true;
  int next_input = 0;

  static absl::StatusOr<Rows> Of(const KernelContext& c, Layout layout) {
    if (layout == Layout::kSparse) return OfSparse(c);
    return layout == Layout::kRagged ? OfRagged(c) : OfDense(c);
  }

 private:
  static absl::StatusOr<Rows> OfDense(const KernelContext& c) {
    Rows rows;
    rows.values = &c.input(0);
    rows.next_input = 1;
    if (rows.values->rank() != 1 && rows.values->rank() != 2) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Input must be a 1 or 2-dimensional tensor, not ", rows.values->shape().ToString()));
    }
    rows.single = rows.values->rank() == 1;
    if (!rows.single) rows.count = rows.values->dim(0);
    const int64_t n = rows.values->num_elements(), length = rows.single ? n : rows.values->dim(1);
    for (int64_t i = 0; i < n; ++i) rows.row.push_back(i / length);
    return rows;
  }

  static absl::StatusOr<Rows> OfSparse(const KernelContext& c) {
    MR_ASSIGN_OR_RETURN(const SparseView in,
                        SparseView::Create(c.input(0), c.input(1), c.input(2)));
    if (in.rank() != 1 && in.rank() != 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("the sparse tensor must have 1 or 2 dimensions, not ", in.rank()));
    }
    MR_RETURN_IF_ERROR(in.CheckBounds());
    Rows rows;
    rows.values = &c.input(1);
    rows.next_input = 3;
    rows.single = in.rank() == 1;
    if (!rows.single) rows.count = in.shape[0];
    for (int64_t i = 0; i < in.count; ++i) rows.row.push_back(rows.single ? 0 : in.Index(i)[0]);
    return rows;
  }

  static absl::StatusOr<Rows> OfRagged(const KernelContext& c) {
    const Tensor& splits = c.input(0);
    Rows rows;
    rows.values = &c.input(1);
    rows.next_input = 2;
    rows.single = false;
    rows.count = splits.num_elements() - 1;
    if (splits.rank() != 1 || rows.count < 0 || rows.values->rank() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("splits must be a vector that is not empty, values a vector, not ",
                       splits.shape().ToString(), " and ", rows.values->shape().ToString()));
    }
    const int64_t* s = splits.data<int64_t>();
    if (s[0] != 0 || s[rows.count] != rows.values->num_elements())
      return absl::InvalidArgumentError(
          "Splits must begin with 0 and end with the count of values");
    for (int64_t r = 0; r < rows.count; ++r) {
      if (s[r] > s[r + 1])
        return absl::InvalidArgumentError(absl::StrCat("Splits must not decrease, as after ", r));
    }
    for (int64_t r = 0; r < rows.count; ++r) rows.row.insert(rows.row.end(), s[r + 1] - s[r], r);
    return rows;
  }
};

// INVALID_ARGUMENT unless there is a weight for each value, or none at all.
absl::Status CheckWeights(const Tensor& weights, const Tensor& values) {
  if (weights.num_elements() == 0 || weights.shape() == values.shape()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "Weights and values must have the same shape. Weight shape: ", weights.shape().ToString(),
      "; values shape: ", values.shape().ToString()));
}

// (rows..., size, weights): a count for each of `size` values. Larger values are left out.
template <typename T, Layout kLayout>
class RowBincount : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("binary_output", &binary_); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Rows rows, Rows::Of(c, kLayout));
    const Tensor &size = c.input(rows.next_input), &weights = c.input(rows.next_input + 1);
    if (size.rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Shape must be rank 0 but is ", size.shape().ToString(), " for size"));
    }
    const int64_t bins = IntegerAt(size, 0);
    if (bins < 0)
      return absl::InvalidArgumentError(absl::StrCat("size (", bins, ") must be non-negative"));
    MR_RETURN_IF_ERROR(CheckWeights(weights, *rows.values));
    MR_ASSIGN_OR_RETURN(const Shape shape,
                        rows.single ? Shape::Create({bins}) : Shape::Create({rows.count, bins}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    T* counts = out->mutable_data<T>();
    std::fill_n(counts, out->num_elements(), T(0));
    for (size_t i = 0; i < rows.row.size(); ++i) {
      const int64_t value = IntegerAt(*rows.values, static_cast<int64_t>(i));
      if (value < 0)
        return absl::InvalidArgumentError(absl::StrCat("Input must be non-negative, not ", value));
      if (value >= bins) continue;
      T& count = counts[rows.row[i] * bins + value];
      if (binary_) {
        count = T(1);
      } else {
        count += weights.num_elements() > 0 ? weights.data<T>()[i] : T(1);
      }
    }
    return absl::OkStatus();
  }

 private:
  bool binary_ = false;
};
template <typename T>
class SparseBincountKernel final : public RowBincount<T, Layout::kSparse> {};
template <typename T>
class RaggedBincountKernel final : public RowBincount<T, Layout::kRagged> {};

// (rows..., weights): the counts of the values that occur, sparse. Those from maxlength on are left
// out.
template <typename T, Layout kLayout>
class RowCounts : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("minlength", &least_));
    MR_RETURN_IF_ERROR(c.GetAttr("maxlength", &most_));
    return c.GetAttr("binary_output", &binary_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Rows rows, Rows::Of(c, kLayout));
    const Tensor& weights = c.input(rows.next_input);
    MR_RETURN_IF_ERROR(CheckWeights(weights, *rows.values));
    std::vector<std::map<int64_t, T>> counts(static_cast<size_t>(rows.count));
    int64_t largest = 0, found = 0;
    for (size_t i = 0; i < rows.row.size(); ++i) {
      const int64_t value = IntegerAt(*rows.values, static_cast<int64_t>(i));
      if (value < 0)
        return absl::InvalidArgumentError(absl::StrCat("Input must be non-negative, not ", value));
      if (most_ >= 0 && value >= most_) continue;
      const auto [at, is_new] = counts[rows.row[i]].insert({value, T(0)});
      found += is_new ? 1 : 0;
      largest = std::max(largest, value);
      if (binary_) {
        at->second = T(1);
      } else {
        at->second += weights.num_elements() > 0 ? weights.data<T>()[i] : T(1);
      }
    }
    const int64_t length =
        most_ > 0 ? most_ : std::max(largest < INT64_MAX ? largest + 1 : largest, least_);
    Tensor *indices, *values;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({found, rows.single ? 1 : 2}), &indices));
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({found}), &values));
    int64_t* index = indices->mutable_data<int64_t>();
    T* to = values->mutable_data<T>();
    for (size_t row = 0; row < counts.size(); ++row) {
      for (const auto& [value, count] : counts[row]) {
        if (!rows.single) *index++ = static_cast<int64_t>(row);
        *index++ = value;
        *to++ = count;
      }
    }
    c.set_output(2, rows.single ? Tensor::Vector<int64_t>({length})
                                : Tensor::Vector<int64_t>({rows.count, length}));
    return absl::OkStatus();
  }

 private:
  int64_t least_ = -1, most_ = -1;
  bool binary_ = false;
};
template <typename T>
class DenseCountsKernel final : public RowCounts<T, Layout::kDense> {};
template <typename T>
class SparseCountsKernel final : public RowCounts<T, Layout::kSparse> {};
template <typename T>
class RaggedCountsKernel final : public RowCounts<T, Layout::kRagged> {};

absl::Status RowBincountShape(ShapeContext& c) {
  const bool ragged = c.op().name == "RaggedBincount";
  const auto size = c.input_as_ints(ragged ? 2 : 3);
  const int64_t bins = size.has_value() && size->size() == 1 && (*size)[0] >= 0 ? (*size)[0] : -1;
  if (ragged) {
    MR_ASSIGN_OR_RETURN(const PartialShape splits, c.WithRank(0, 1));
    c.set_output(0, PartialShape::Of({splits.dim(0) > 0 ? splits.dim(0) - 1 : -1, bins}));
    return absl::OkStatus();
  }
  MR_ASSIGN_OR_RETURN(const PartialShape rows, c.input_as_shape(2));
  if (!rows.known_rank()) return absl::OkStatus();
  c.set_output(0,
               rows.rank() == 2 ? PartialShape::Of({rows.dim(0), bins}) : PartialShape::Of({bins}));
  return absl::OkStatus();
}

Op& FinishBincount(Op& op) {
  return op.Input("size: Tidx")
      .Input("weights: T")
      .Output("output: T")
      .Attr("Tidx: {int32, int64}")
      .Attr("T: {int32, int64, float, double}")
      .Attr("binary_output: bool = false")
      .Doc(
          "How often each of 0, ..., size - 1 occurs in each row, the sum of the weights where it "
          "does, or, with binary_output, whether it does.")
      .Shape(RowBincountShape)
      .NotDifferentiable();
}

Op& FinishCounts(Op& op) {
  return op.Input("weights: output_type")
      .Output("output_indices: int64")
      .Output("output_values: output_type")
      .Output("output_dense_shape: int64")
      .Attr("T: {int32, int64}")
      .Attr("minlength: int >= -1 = -1")
      .Attr("maxlength: int >= -1 = -1")
      .Attr("binary_output: bool")
      .Attr("output_type: {int32, int64, float, double}")
      .Doc(
          "How often each value occurs in each row, sparse: the sum of the weights where it does, "
          "or, with binary_output, whether it does.")
      .Shape(SparseOutputs)
      .NotDifferentiable();
}

}  // namespace

absl::Status RegisterCounts(Registry& r) {
  Op sparse_bins("SparseBincount"), ragged_bins("RaggedBincount"), dense("DenseCountSparseOutput"),
      sparse("SparseCountSparseOutput"), ragged("RaggedCountSparseOutput");
  sparse_bins.Input("indices: int64").Input("values: Tidx").Input("dense_shape: int64");
  ragged_bins.Input("splits: int64").Input("values: Tidx");
  dense.Input("values: T");
  sparse.Input("indices: int64").Input("values: T").Input("dense_shape: int64");
  ragged.Input("splits: int64").Input("values: T");
  MR_RETURN_IF_ERROR(r.Add(
      FinishBincount(sparse_bins).Cpu<SparseBincountKernel, int32_t, int64_t, float, double>()));
  MR_RETURN_IF_ERROR(r.Add(
      FinishBincount(ragged_bins).Cpu<RaggedBincountKernel, int32_t, int64_t, float, double>()));
  MR_RETURN_IF_ERROR(
      r.Add(FinishCounts(dense).CpuFor<DenseCountsKernel, int32_t, int64_t, float, double>(
          "output_type")));
  MR_RETURN_IF_ERROR(
      r.Add(FinishCounts(sparse).CpuFor<SparseCountsKernel, int32_t, int64_t, float, double>(
          "output_type")));
  return r.Add(FinishCounts(ragged).CpuFor<RaggedCountsKernel, int32_t, int64_t, float, double>(
      "output_type"));
}

}  // namespace millrace
