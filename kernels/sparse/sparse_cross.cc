// SparseCross, SparseCrossV2, SparseCrossHashed: crosses of the features in sparse and dense
// columns, as sparse matrices of strings or of hashes.
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/sparse/feature_cross.h"
#include "kernels/sparse/sparse_outputs.h"
#include "kernels/sparse/sparse_view.h"
#include "kernels/strings/string_hashes.h"

namespace millrace {
namespace {

class SparseCrossKernel : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> dense;
    MR_RETURN_IF_ERROR(c.GetAttr("N", &sparse_));
    MR_RETURN_IF_ERROR(c.GetAttr("dense_types", &dense));
    dense_ = static_cast<int64_t>(dense.size());
    return absl::OkStatus();
  }

 protected:
  // The first input behind the columns.
  int after_columns() const { return static_cast<int>(3 * sparse_ + dense_); }

  // The columns in inputs 0 to after_columns(): the sparse ones first.
  absl::StatusOr<FeatureCrosses> Crosses(const KernelContext& c) const {
    const int n = static_cast<int>(sparse_);
    if (after_columns() > c.num_inputs())
      return absl::InvalidArgumentError("there must be as many values as indices");
    std::vector<FeatureColumn> columns;
    for (int i = 0; i < n; ++i) {
      MR_ASSIGN_OR_RETURN(FeatureColumn column,
                          FeatureColumn::Sparse(c.input(i), c.input(n + i), c.input(2 * n + i)));
      columns.push_back(std::move(column));
    }
    for (int i = 3 * n; i < after_columns(); ++i) {
      MR_ASSIGN_OR_RETURN(FeatureColumn column, FeatureColumn::Dense(c.input(i)));
      columns.push_back(std::move(column));
    }
    return FeatureCrosses::Create(std::move(columns));
  }

  // Outputs 0 to 2; element k of the values is make(the elements of the columns).
  template <typename T, typename F>
  static absl::Status Store(KernelContext& c, const FeatureCrosses& crosses, const F& make) {
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({crosses.total(), 2}));
    Tensor *indices, *values;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &indices));
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({crosses.total()}), &values));
    int64_t* index = indices->mutable_data<int64_t>();
    T* value = values->mutable_data<T>();
    crosses.ForEach([&](int64_t row, int64_t k, absl::Span<const int64_t> at) {
      *index++ = row;
      *index++ = k;
      *value++ = make(at);
    });
    c.set_output(2, Int64Vector({crosses.rows(), crosses.most()}));
    return absl::OkStatus();
  }

 private:
  int64_t sparse_ = 0, dense_ = 0;
};

// Hashes if the output is int64; else texts, of the features' numbers if internal_type is int64.
class SparseCrossV1Kernel final : public SparseCrossKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("num_buckets", &buckets_));
    MR_RETURN_IF_ERROR(c.GetAttr("hash_key", &key_));
    MR_RETURN_IF_ERROR(c.GetAttr("internal_type", &internal_));
    return SparseCrossKernel::Init(c);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const FeatureCrosses crosses, Crosses(c));
    for (const FeatureColumn& column : crosses.columns()) {
      if (internal_ == DType::kString && !column.is_string()) {
        return absl::InvalidArgumentError(
            "inputs should be of the internal type string but there is one of int64");
      }
    }
    if (c.output_type(1) == DType::kInt64) {
      return Store<int64_t>(c, crosses, [&](absl::Span<const int64_t> at) {
        return BucketOf(crosses.Fingerprint(static_cast<uint64_t>(key_), at), buckets_);
      });
    }
    return Store<std::string>(c, crosses, [&](absl::Span<const int64_t> at) {
      return internal_ == DType::kString ? crosses.Join(at, "_X_") : JoinNumbers(crosses, at);
    });
  }

 private:
  static std::string JoinNumbers(const FeatureCrosses& crosses, absl::Span<const int64_t> at) {
    std::string text;
    for (size_t i = 0; i < at.size(); ++i) {
      absl::StrAppend(&text, i == 0 ? "" : "_X_",
                      static_cast<int64_t>(crosses.columns()[i].Number(at[i])));
    }
    return text;
  }

  int64_t buckets_ = 0, key_ = 0;
  DType internal_ = DType::kString;
};

class SparseCrossV2Kernel final : public SparseCrossKernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const FeatureCrosses crosses, Crosses(c));
    const Tensor& separator = c.input(after_columns());
    if (separator.rank() != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Input separator should be a scalar. Received: ", separator.shape().ToString()));
    }
    return Store<std::string>(c, crosses, [&](absl::Span<const int64_t> at) {
      return crosses.Join(at, separator.scalar<std::string>());
    });
  }
};

class SparseCrossHashedKernel final : public SparseCrossKernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const FeatureCrosses crosses, Crosses(c));
    const Tensor &buckets = c.input(after_columns()), &strong = c.input(after_columns() + 1),
                 &salt = c.input(after_columns() + 2);
    if (buckets.num_elements() != 1 || strong.num_elements() != 1 || salt.num_elements() != 2) {
      return absl::InvalidArgumentError(absl::StrCat(
          "num_buckets and strong_hash must be scalars and salt must have two elements, not ",
          buckets.shape().ToString(), ", ", strong.shape().ToString(), " and ",
          salt.shape().ToString()));
    }
    const auto key = [&](int i) { return static_cast<uint64_t>(salt.data<int64_t>()[i]); };
    const auto number = [&](size_t i, int64_t at) {
      return Number(crosses.columns()[i], at, strong.scalar<bool>(), key(0), key(1));
    };
    return Store<int64_t>(c, crosses, [&](absl::Span<const int64_t> at) {
      uint64_t joined = number(0, at[0]);
      for (size_t i = 1; i < at.size(); ++i) joined = ConcatFingerprints(joined, number(i, at[i]));
      return BucketOf(joined, buckets.scalar<int64_t>());
    });
  }

 private:
  // The salt goes into strong hashes alone. Numbers in dense columns are not hashed, and of those
  // in sparse ones the lower four bytes are: so TensorFlow's values come out.
  static uint64_t Number(const FeatureColumn& column, int64_t i, bool strong, uint64_t key0,
                         uint64_t key1) {
    if (column.is_dense && !column.is_string()) return column.Number(i);
    const absl::string_view bytes =
        column.is_string()
            ? absl::string_view(column.values->data<std::string>()[i])
            : absl::string_view(reinterpret_cast<const char*>(column.values->data<int64_t>() + i),
                                4);
    return strong ? SipHash(key0, key1, bytes) : FarmFingerprint(bytes);
  }
};

absl::Status CrossShape(ShapeContext& c) {
  c.set_output(0, PartialShape::Of({-1, 2}));
  c.set_output(1, PartialShape::UnknownOfRank(1));
  c.set_output(2, PartialShape::Of({2}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterSparseCross(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("SparseCross")
          .Input("indices: N * int64")
          .Input("values: sparse_types")
          .Input("shapes: N * int64")
          .Input("dense_inputs: dense_types")
          .Output("output_indices: int64")
          .Output("output_values: out_type")
          .Output("output_shape: int64")
          .Attr("N: int >= 0")
          .Attr("hashed_output: bool")
          .Attr("num_buckets: int >= 0")
          .Attr("hash_key: int")
          .Attr("sparse_types: list({int64, string}) >= 0")
          .Attr("dense_types: list({int64, string}) >= 0")
          .Attr("out_type: {int64, string}")
          .Attr("internal_type: {int64, string}")
          .Doc("For each row every choice of one feature from each column: joined by \"_X_\", or "
               "hashed, from `hash_key` on, into num_buckets (0: all of int64).")
          .Shape(CrossShape)
          .NotDifferentiable()
          .Cpu<SparseCrossV1Kernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("SparseCrossV2")
                .Input("indices: N * int64")
                .Input("values: sparse_types")
                .Input("shapes: N * int64")
                .Input("dense_inputs: dense_types")
                .Input("sep: string")
                .Output("output_indices: int64")
                .Output("output_values: string")
                .Output("output_shape: int64")
                .Attr("N: int >= 0")
                .Attr("sparse_types: list({int64, string}) >= 0")
                .Attr("dense_types: list({int64, string}) >= 0")
                .Doc("For each row every choice of one feature from each column, joined by `sep`.")
                .Shape(CrossShape)
                .NotDifferentiable()
                .Cpu<SparseCrossV2Kernel>()));
  return r.Add(
      Op("SparseCrossHashed")
          .Input("indices: N * int64")
          .Input("values: sparse_types")
          .Input("shapes: N * int64")
          .Input("dense_inputs: dense_types")
          .Input("num_buckets: int64")
          .Input("strong_hash: bool")
          .Input("salt: int64")
          .Output("output_indices: int64")
          .Output("output_values: int64")
          .Output("output_shape: int64")
          .Attr("N: int >= 0")
          .Attr("sparse_types: list({int64, string}) >= 0")
          .Attr("dense_types: list({int64, string}) >= 0")
          .Doc("For each row every choice of one feature from each column, hashed into num_buckets "
               "(0: all of int64).\nsalt: two numbers, the key of strong hashes.")
          .Shape(CrossShape)
          .NotDifferentiable()
          .Cpu<SparseCrossHashedKernel>());
}

}  // namespace millrace
