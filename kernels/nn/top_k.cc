// TopK, TopKV2, InTopK, InTopKV2.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/types.h"

namespace millrace {
namespace {

int64_t IntegerValue(const Tensor& t) {
  switch (t.dtype()) {
    case DType::kInt16:
      return t.scalar<int16_t>();
    case DType::kInt32:
      return t.scalar<int32_t>();
    default:
      return t.scalar<int64_t>();
  }
}

// The k largest of each row of the last dimension, largest first; of equal ones the one with the
// lower index.
template <typename T>
class TopKKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    if (c.num_inputs() == 1) MR_RETURN_IF_ERROR(c.GetAttr("k", &k_));
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(0);
    int64_t k = k_;
    if (c.num_inputs() == 2) {
      if (c.input(1).rank() != 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("k must be scalar, got shape ", c.input(1).shape().ToString()));
      }
      k = IntegerValue(c.input(1));
    }
    if (k < 0) return absl::InvalidArgumentError(absl::StrCat("Need k >= 0, got ", k));
    if (x.rank() < 1) return absl::InvalidArgumentError("input must be >= 1-D, got shape []");
    const int64_t n = x.dim(x.rank() - 1);
    if (n < k)
      return absl::InvalidArgumentError(
          absl::StrCat("input must have at least k columns. Had ", n, ", needed ", k));
    Shape shape = x.shape();
    MR_RETURN_IF_ERROR(shape.SetDim(x.rank() - 1, k));
    Tensor *values, *indices;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &values));
    MR_RETURN_IF_ERROR(c.allocate_output(1, shape, &indices));
    switch (indices->dtype()) {
      case DType::kInt16:
        Run<int16_t>(c, n, k, values, indices);
        break;
      case DType::kInt32:
        Run<int32_t>(c, n, k, values, indices);
        break;
      default:
        Run<int64_t>(c, n, k, values, indices);
    }
    return absl::OkStatus();
  }

 private:
  template <typename I>
  static void Run(KernelContext& c, int64_t n, int64_t k, Tensor* values, Tensor* indices) {
    if (values->num_elements() == 0) return;
    const T* x = c.input(0).data<T>();
    T* best = values->mutable_data<T>();
    I* at = indices->mutable_data<I>();
    c.pool()->ParallelFor(values->num_elements() / k, std::max<int64_t>(1, 4096 / n),
                          [&](int64_t begin, int64_t end) {
                            std::vector<int64_t> order(static_cast<size_t>(n));
                            for (int64_t r = begin; r < end; ++r) {
                              const T* row = x + r * n;
                              std::iota(order.begin(), order.end(), int64_t{0});
                              std::partial_sort(order.begin(), order.begin() + k, order.end(),
                                                [row](int64_t i, int64_t j) {
                                                  return Precedes(row[i], row[j]) ||
                                                         (!Precedes(row[j], row[i]) && i < j);
                                                });
                              for (int64_t i = 0; i < k; ++i) {
                                best[r * k + i] = row[order[i]];
                                at[r * k + i] = static_cast<I>(order[i]);
                              }
                            }
                          });
  }

  // A strict weak order also with NaN, which comes last.
  static bool Precedes(T x, T y) { return x > y || (y != y && x == x); }

  int64_t k_ = 0;
};

// True where the target's prediction is among the k best: fewer than k are larger. False where that
// cannot be said.
template <typename T>
class InTopKKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    if (c.num_inputs() == 2) MR_RETURN_IF_ERROR(c.GetAttr("k", &k_));
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& predictions = c.input(0);
    const Tensor& targets = c.input(1);
    int64_t k = k_;
    if (c.num_inputs() == 3) {
      if (c.input(2).rank() != 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("k must be 0-D, got shape ", c.input(2).shape().ToString()));
      }
      k = static_cast<int64_t>(c.input(2).scalar<T>());
    }
    if (predictions.rank() != 2 || targets.rank() != 1 || predictions.dim(0) != targets.dim(0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("predictions must be a matrix and targets a vector as long as it has rows: ",
                       predictions.shape().ToString(), ", ", targets.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, targets.shape(), &out));
    const int64_t n = predictions.dim(1);
    for (int64_t i = 0; i < targets.dim(0); ++i) {
      out->mutable_data<bool>()[i] =
          InTop(predictions.data<float>() + i * n, n, targets.data<T>()[i], k);
    }
    return absl::OkStatus();
  }

 private:
  static bool InTop(const float* row, int64_t n, int64_t target, int64_t k) {
    if (target < 0 || target >= n || !std::isfinite(row[target])) return false;
    int64_t better = 0;
    for (int64_t j = 0; j < n; ++j) {
      if (!std::isfinite(row[j])) return false;
      better += row[j] > row[target];
    }
    return better < k;
  }

  int64_t k_ = 0;
};

// The gradient goes back to where the values came from.
absl::StatusOr<Gradients> TopKGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients gradients(static_cast<size_t>(op.num_inputs()));
  if (!dy[0].valid()) return gradients;
  const Output x = op.input(0), shape = b.Shape(x);
  const Output columns =
      b.Reshape(b.Slice(shape, b.Sub(b.Reshape(b.Rank(x), b.Ints({1})), b.Ints({1})), b.Ints({1})),
                b.Ints({}));
  const Output k = b.Reshape(
      b.Slice(b.Shape(dy[0]), b.Sub(b.Reshape(b.Rank(x), b.Ints({1})), b.Ints({1})), b.Ints({1})),
      b.Ints({}));
  const Output indices =
      b.Reshape(b.Cast(op.output(1), DType::kInt32), b.Pack({b.Scalar<int32_t>(-1), k}));
  const Output rows =
      b.Op1("FloorDiv", {b.Size(x), b.Op1("Maximum", {columns, b.Scalar<int32_t>(1)})});
  const Output starts = b.Range(b.Scalar<int32_t>(0), b.Mul(rows, columns), columns);
  const Output flat = b.Reshape(b.Add(indices, b.ExpandDims(starts, -1)), b.Ints({-1}));
  const Output spread =
      b.Op1("UnsortedSegmentSum", {b.Reshape(dy[0], b.Ints({-1})), flat, b.Size(x)});
  gradients[0] = b.Reshape(spread, shape);
  return gradients;
}

absl::Status TopKShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.WithRankAtLeast(0, 1));
  int64_t k = PartialShape::kUnknownDim;
  if (c.num_inputs() == 1) {
    MR_RETURN_IF_ERROR(c.GetAttr("k", &k));
  } else {
    MR_RETURN_IF_ERROR(c.WithRank(1, 0).status());
    if (c.input_value(1) != nullptr) {
      k = IntegerValue(*c.input_value(1));
      if (k < 0) return c.Error(1, absl::StrCat("must not be negative: ", k));
    }
  }
  if (shape.known_rank()) {
    const int64_t n = shape.dim(shape.rank() - 1);
    if (n >= 0 && k > n)
      return c.Error(0, absl::StrCat("must have last dimension >= k = ", k, " but is ", n));
    shape.SetDim(shape.rank() - 1, k);
  }
  c.set_output(0, shape);
  c.set_output(1, std::move(shape));
  return absl::OkStatus();
}

absl::Status InTopKShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 2).status());
  MR_ASSIGN_OR_RETURN(PartialShape targets, c.WithRank(1, 1));
  c.set_output(0, std::move(targets));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterTopK(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("TopK")
                .Input("input: T")
                .Output("values: T")
                .Output("indices: int32")
                .Attr("k: int >= 0")
                .Attr("sorted: bool = true")
                .Attr("T: realnumbertype")
                .Doc("The k largest elements of each row of the last dimension, and their indices.")
                .Shape(TopKShape)
                .Gradient(TopKGradient)
                .Cpu<TopKKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t, int64_t,
                     uint8_t, uint16_t, uint32_t, uint64_t>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("TopKV2")
                .Input("input: T")
                .Input("k: Tk")
                .Output("values: T")
                .Output("indices: index_type")
                .Attr("sorted: bool = true")
                .Attr("T: realnumbertype")
                .Attr("Tk: {int16, int32, int64} = DT_INT32")
                .Attr("index_type: {int16, int32, int64} = DT_INT32")
                .Doc("The k largest elements of each row of the last dimension, and their indices.")
                .Shape(TopKShape)
                .Gradient(TopKGradient)
                .Cpu<TopKKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t, int64_t,
                     uint8_t, uint16_t, uint32_t, uint64_t>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("InTopK")
                .Input("predictions: float")
                .Input("targets: T")
                .Output("precision: bool")
                .Attr("k: int")
                .Attr("T: {int32, int64} = DT_INT32")
                .Doc("True for each row whose target is among its k largest predictions.")
                .Shape(InTopKShape)
                .NotDifferentiable()
                .Cpu<InTopKKernel, int32_t, int64_t>()));
  return r.Add(Op("InTopKV2")
                   .Input("predictions: float")
                   .Input("targets: T")
                   .Input("k: T")
                   .Output("precision: bool")
                   .Attr("T: {int32, int64} = DT_INT32")
                   .Doc("True for each row whose target is among its k largest predictions.")
                   .Shape(InTopKShape)
                   .NotDifferentiable()
                   .Cpu<InTopKKernel, int32_t, int64_t>());
}

}  // namespace millrace
