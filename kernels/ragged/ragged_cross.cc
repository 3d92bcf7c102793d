// RaggedCross: crosses of the features in ragged, sparse and dense columns, as a ragged matrix of
// strings or of hashes.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/integer_at.h"
#include "kernels/sparse/feature_cross.h"

namespace millrace {
namespace {

class RaggedCrossKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> ragged, dense;
    int64_t sparse;
    MR_RETURN_IF_ERROR(c.GetAttr("ragged_values_types", &ragged));
    MR_RETURN_IF_ERROR(c.GetAttr("Nsparse", &sparse));
    MR_RETURN_IF_ERROR(c.GetAttr("dense_types", &dense));
    MR_RETURN_IF_ERROR(c.GetAttr("input_order", &order_));
    MR_RETURN_IF_ERROR(c.GetAttr("num_buckets", &buckets_));
    MR_RETURN_IF_ERROR(c.GetAttr("hash_key", &key_));
    ragged_ = static_cast<int>(ragged.size());
    sparse_ = static_cast<int>(sparse);
    dense_ = static_cast<int>(dense.size());
    if (c.num_inputs() != 2 * ragged_ + 3 * sparse_ + dense_)
      return absl::InvalidArgumentError("there must be as many splits as ragged values");
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(std::vector<FeatureColumn> columns, Columns(c));
    MR_ASSIGN_OR_RETURN(const FeatureCrosses crosses, FeatureCrosses::Create(std::move(columns)));
    if (c.output_type(1) == DType::kInt32 && crosses.total() > INT32_MAX) {
      return absl::InvalidArgumentError(
          absl::StrCat("the splits of ", crosses.total(), " crosses do not fit in int32"));
    }
    Tensor *values, *splits;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({crosses.total()}), &values));
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({crosses.rows() + 1}), &splits));
    SetIntegerAt(splits, 0, 0);
    int64_t end = 0;
    for (int64_t row = 0; row < crosses.rows(); ++row)
      SetIntegerAt(splits, row + 1, end += crosses.count(row));
    int64_t i = 0;
    const bool hashed = c.output_type(0) == DType::kInt64;
    crosses.ForEach([&](int64_t, int64_t, absl::Span<const int64_t> at) {
      if (hashed) {
        values->mutable_data<int64_t>()[i++] =
            BucketOf(crosses.Fingerprint(static_cast<uint64_t>(key_), at), buckets_);
      } else {
        values->mutable_data<std::string>()[i++] = crosses.Join(at, "_X_");
      }
    });
    return absl::OkStatus();
  }

 private:
  // The columns in the order of input_order's letters.
  absl::StatusOr<std::vector<FeatureColumn>> Columns(const KernelContext& c) const {
    const int sparse = 2 * ragged_, dense = sparse + 3 * sparse_;
    int next_ragged = 0, next_sparse = 0, next_dense = 0;
    std::vector<FeatureColumn> columns;
    for (const char kind : order_) {
      absl::StatusOr<FeatureColumn> column = absl::InvalidArgumentError(
          absl::StrCat("input_order '", order_, "' does not say what the inputs are"));
      if (kind == 'R' && next_ragged < ragged_) {
        column = Ragged(c.input(next_ragged), c.input(ragged_ + next_ragged));
        ++next_ragged;
      } else if (kind == 'S' && next_sparse < sparse_) {
        const int i = sparse + next_sparse++;
        column = FeatureColumn::Sparse(c.input(i), c.input(i + sparse_), c.input(i + 2 * sparse_));
      } else if (kind == 'D' && next_dense < dense_) {
        column = FeatureColumn::Dense(c.input(dense + next_dense++));
      }
      if (!column.ok()) return column.status();
      columns.push_back(*std::move(column));
    }
    if (next_ragged + next_sparse + next_dense != ragged_ + sparse_ + dense_) {
      return absl::InvalidArgumentError(
          absl::StrCat("input_order '", order_, "' leaves inputs out"));
    }
    return columns;
  }

  static absl::StatusOr<FeatureColumn> Ragged(const Tensor& values, const Tensor& splits) {
    if (values.rank() != 1 || splits.rank() != 1 || splits.num_elements() == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("ragged values and splits must be vectors, and splits not empty, but are ",
                       values.shape().ToString(), " and ", splits.shape().ToString()));
    }
    FeatureColumn column;
    column.values = &values;
    for (int64_t i = 0; i < splits.num_elements(); ++i) {
      const int64_t at = IntegerAt(splits, i);
      if (at < (i == 0 ? 0 : column.starts.back()) || at > values.dim(0) || (i == 0 && at != 0)) {
        return absl::InvalidArgumentError(
            absl::StrCat("Invalid ragged splits: splits[", i, "] is ", at));
      }
      column.starts.push_back(at);
    }
    if (column.starts.back() != values.dim(0)) {
      return absl::InvalidArgumentError(absl::StrCat("Ragged splits must end with ", values.dim(0),
                                                     ", not ", column.starts.back()));
    }
    return column;
  }

  int ragged_ = 0, sparse_ = 0, dense_ = 0;
  std::string order_;
  int64_t buckets_ = 0, key_ = 0;
};

absl::Status CrossShape(ShapeContext& c) {
  c.set_output(0, PartialShape::UnknownOfRank(1));
  c.set_output(1, PartialShape::UnknownOfRank(1));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterRaggedCross(Registry& r) {
  return r.Add(
      Op("RaggedCross")
          .Input("ragged_values: ragged_values_types")
          .Input("ragged_row_splits: ragged_splits_types")
          .Input("sparse_indices: Nsparse * int64")
          .Input("sparse_values: sparse_values_types")
          .Input("sparse_shape: Nsparse * int64")
          .Input("dense_inputs: dense_types")
          .Output("output_values: out_values_type")
          .Output("output_row_splits: out_row_splits_type")
          .Attr("Nsparse: int >= 0")
          .Attr("input_order: string")
          .Attr("hashed_output: bool")
          .Attr("num_buckets: int >= 0")
          .Attr("hash_key: int")
          .Attr("ragged_values_types: list({int64, string}) >= 0")
          .Attr("ragged_splits_types: list({int32, int64}) >= 0")
          .Attr("sparse_values_types: list({int64, string}) >= 0")
          .Attr("dense_types: list({int64, string}) >= 0")
          .Attr("out_values_type: {int64, string}")
          .Attr("out_row_splits_type: {int32, int64}")
          .Doc("For each row every choice of one feature from each column: joined by \"_X_\", or "
               "hashed, from `hash_key` on, into num_buckets (0: all of int64).\n"
               "input_order: a letter a column: R (ragged), S (sparse) or D (dense).")
          .Shape(CrossShape)
          .NotDifferentiable()
          .Cpu<RaggedCrossKernel>());
}

}  // namespace millrace
