// ArgMax, ArgMin.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/types.h"

namespace millrace {
namespace {

// A scalar index of any integer type.
int64_t IndexValue(const Tensor& t) {
  switch (t.dtype()) {
    case DType::kInt16:
      return t.scalar<int16_t>();
    case DType::kInt32:
      return t.scalar<int32_t>();
    default:
      return t.scalar<int64_t>();
  }
}

template <typename T, bool largest>
bool Beats(T x, T best) {
  return largest ? x > best : x < best;
}

// The index along one axis of the extreme element: of the first, where several are equal. NaN is
// passed over.
template <typename T, bool largest>
class ArgKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(0);
    if (c.input(1).num_elements() != 1 || c.input(1).rank() != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "dim must be a scalar, but received tensor of shape: ", c.input(1).shape().ToString()));
    }
    const int64_t given = IndexValue(c.input(1)), axis = given < 0 ? given + x.rank() : given;
    if (axis < 0 || axis >= x.rank()) {
      return absl::InvalidArgumentError(absl::StrCat("Expected dimension in the range [", -x.rank(),
                                                     ", ", x.rank(), "), but got ", given));
    }
    const int64_t n = x.dim(static_cast<int>(axis));
    if (n == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Reduction axis ", given, " is empty in shape ", x.shape().ToString()));
    }
    Shape shape = x.shape();
    shape.RemoveDim(static_cast<int>(axis));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    int64_t inner = 1;
    for (int d = static_cast<int>(axis) + 1; d < x.rank(); ++d) inner *= x.dim(d);
    switch (out->dtype()) {
      case DType::kInt16:
        return Find<int16_t>(c, n, inner, out);
      case DType::kUInt16:
        return Find<uint16_t>(c, n, inner, out);
      case DType::kInt32:
        return Find<int32_t>(c, n, inner, out);
      default:
        return Find<int64_t>(c, n, inner, out);
    }
  }

 private:
  template <typename I>
  absl::Status Find(KernelContext& c, int64_t n, int64_t inner, Tensor* out) {
    if (static_cast<uint64_t>(n - 1) > static_cast<uint64_t>(std::numeric_limits<I>::max())) {
      return absl::InvalidArgumentError(
          absl::StrCat("The axis has ", n, " elements, more than output_type counts"));
    }
    const T* x = c.input(0).data<T>();
    I* index = out->mutable_data<I>();
    c.pool()->ParallelFor(
        out->num_elements(), std::max<int64_t>(1, 16384 / n), [&](int64_t begin, int64_t end) {
          for (int64_t o = begin; o < end; ++o) {
            const T* at = x + o / inner * inner * n + o % inner;
            int64_t best = 0;
            T extreme = largest ? std::numeric_limits<T>::lowest() : std::numeric_limits<T>::max();
            for (int64_t i = 0; i < n; ++i) {
              if (!Beats<T, largest>(at[i * inner], extreme)) continue;
              best = i;
              extreme = at[i * inner];
            }
            index[o] = static_cast<I>(best);
          }
        });
    return absl::OkStatus();
  }
};

template <typename T>
using ArgMaxKernel = ArgKernel<T, true>;
template <typename T>
using ArgMinKernel = ArgKernel<T, false>;

// The input without the axis, where the axis is known.
absl::Status ArgShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRankAtLeast(0, 1).status());
  MR_RETURN_IF_ERROR(c.WithRank(1, 0).status());
  const PartialShape& x = c.input(0);
  if (!x.known_rank()) return absl::OkStatus();
  const Tensor* value = c.input_value(1);
  if (value == nullptr) {
    c.set_output(0, PartialShape::UnknownOfRank(x.rank() - 1));
    return absl::OkStatus();
  }
  const int64_t given = IndexValue(*value), axis = given < 0 ? given + x.rank() : given;
  if (axis < 0 || axis >= x.rank()) {
    return c.Error(1, absl::StrCat("Dimension (", given, ") must be in the range [", -x.rank(),
                                   ", ", x.rank(), ")"));
  }
  PartialShape shape = PartialShape::UnknownOfRank(x.rank() - 1);
  for (int d = 0, to = 0; d < x.rank(); ++d) {
    if (d != axis) shape.SetDim(to++, x.dim(d));
  }
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterArgMax(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("ArgMax")
                .Input("input: T")
                .Input("dimension: Tidx")
                .Output("output: output_type")
                .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
                      "half, uint32, uint64, qint8, quint8, qint32, qint16, quint16, bool}")
                .Attr("Tidx: {int16, int32, int64} = DT_INT32")
                .Attr("output_type: {int16, uint16, int32, int64} = DT_INT64")
                .Doc("The index of the largest element along an axis.")
                .Shape(ArgShape)
                .NotDifferentiable()
                .Cpu<ArgMaxKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t, int64_t,
                     uint8_t, uint16_t, uint32_t, uint64_t, bool>()));
  return r.Add(Op("ArgMin")
                   .Input("input: T")
                   .Input("dimension: Tidx")
                   .Output("output: output_type")
                   .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
                         "half, uint32, uint64, qint8, quint8, qint32, qint16, quint16, bool}")
                   .Attr("Tidx: {int32, int64} = DT_INT32")
                   .Attr("output_type: {int32, int64} = DT_INT64")
                   .Doc("The index of the smallest element along an axis.")
                   .Shape(ArgShape)
                   .NotDifferentiable()
                   .Cpu<ArgMinKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                        int64_t, uint8_t, uint16_t, uint32_t, uint64_t, bool>());
}

}  // namespace millrace
