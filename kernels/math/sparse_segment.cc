// SparseSegmentSum, SparseSegmentMean, SparseSegmentSqrtN, each also WithNumSegments: rows of
// `data` picked by `indices` and combined by segment.
#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/integer_at.h"
#include "kernels/math/sparse_segment_scale.h"

namespace millrace {
namespace {

template <typename T, SegmentScale scale>
class SparseSegmentKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &data = c.input(0), &indices = c.input(1), &ids = c.input(2);
    if (data.rank() < 1) return absl::InvalidArgumentError("data must be at least rank 1");
    MR_RETURN_IF_ERROR(CheckSegments(indices, ids));
    const int64_t n = ids.num_elements();
    MR_ASSIGN_OR_RETURN(const int64_t segments, Segments(c, ids));
    Shape shape = data.shape();
    MR_RETURN_IF_ERROR(shape.SetDim(0, segments));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    std::fill_n(out->mutable_data<T>(), out->num_elements(), static_cast<T>(0.0f));
    const int64_t row = RowSize(data.shape());
    std::vector<A> sum(row);
    for (int64_t begin = 0, end; begin < n; begin = end) {
      const int64_t id = IntegerAt(ids, begin);
      std::fill(sum.begin(), sum.end(), A(0));
      for (end = begin; end < n && IntegerAt(ids, end) == id; ++end) {
        const int64_t at = IntegerAt(indices, end);
        if (at < 0 || at >= data.dim(0)) {
          return absl::InvalidArgumentError(
              absl::StrCat("indices[", end, "] == ", at, " out of range [0, ", data.dim(0), ")"));
        }
        const T* x = data.data<T>() + at * row;
        for (int64_t j = 0; j < row; ++j) sum[j] = Plus(sum[j], static_cast<A>(x[j]));
      }
      T* y = out->mutable_data<T>() + id * row;
      for (int64_t j = 0; j < row; ++j)
        y[j] = static_cast<T>(ScaleSegment<scale>(sum[j], end - begin));
    }
    return absl::OkStatus();
  }

 private:
  using A = ArithmeticType<T>;

  // How many rows there are: as many as asked for, or one more than the last id.
  static absl::StatusOr<int64_t> Segments(KernelContext& c, const Tensor& ids) {
    const int64_t n = ids.num_elements();
    const int64_t needed = n == 0 ? 0 : IntegerAt(ids, n - 1) + 1;
    if (c.num_inputs() < 4) return needed;
    if (c.input(3).rank() != 0) {
      return absl::InvalidArgumentError(absl::StrCat("num_segments should be a scalar, not shape ",
                                                     c.input(3).shape().ToString()));
    }
    const int64_t segments = IntegerAt(c.input(3), 0);
    if (segments < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("num_segments must be non-negative, not ", segments));
    }
    if (needed > segments) {
      return absl::InvalidArgumentError(
          absl::StrCat("segment id ", needed - 1, " out of range [0, ", segments, ")"));
    }
    return segments;
  }
};

template <typename T>
using SparseSegmentSumKernel = SparseSegmentKernel<T, SegmentScale::kSum>;
template <typename T>
using SparseSegmentMeanKernel = SparseSegmentKernel<T, SegmentScale::kMean>;
template <typename T>
using SparseSegmentSqrtNKernel = SparseSegmentKernel<T, SegmentScale::kSqrtN>;

absl::Status SparseSegmentShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape out, c.WithRankAtLeast(0, 1));
  MR_ASSIGN_OR_RETURN(const PartialShape indices, c.WithRank(1, 1));
  MR_ASSIGN_OR_RETURN(const PartialShape ids, c.WithRank(2, 1));
  const auto same = ShapeContext::MergeDim(indices.dim(0), ids.dim(0));
  if (!same.ok()) return c.Error(2, same.status().message());
  if (!out.known_rank()) return absl::OkStatus();
  int64_t segments = PartialShape::kUnknownDim;
  if (c.num_inputs() > 3) {
    const auto given = c.input_as_ints(3);
    if (given.has_value() && given->size() == 1) {
      if ((*given)[0] < 0) return c.Error(3, "cannot specify a negative value");
      segments = (*given)[0];
    }
  }
  out.SetDim(0, segments);
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// By data: dense, or, with sparse_gradient, the rows that were used.
absl::StatusOr<Gradients> SparseSegmentGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output data = op.input(0), indices = op.input(1), ids = op.input(2);
  absl::string_view name = op.schema().name;
  const std::string grad = absl::StrCat(name.substr(0, name.find("With")), "Grad");
  const Output shape = b.Shape(data);
  const Output rows = b.Gather(shape, b.Scalar<int32_t>(0));
  Gradients result(op.num_inputs());
  if (op.attr<bool>("sparse_gradient")) {
    const Outputs sparse = b.Op(absl::StrCat(grad, "V2"), {dy[0], indices, ids, rows});
    if (!b.ok()) return b.status();
    result[0] = Gradient::Sparse(sparse[0], sparse[1], shape);
  } else {
    result[0] = b.Op1(grad, {dy[0], indices, ids, rows});
  }
  return result;
}

template <template <typename> class K>
absl::Status AddFloating(Registry& r, Op& op, Op& with_num_segments, const char* doc) {
  MR_RETURN_IF_ERROR(r.Add(op.Doc(doc)
                               .Shape(SparseSegmentShape)
                               .Gradient(SparseSegmentGradient)
                               .Cpu<K, half, bfloat16, float, double>()));
  return r.Add(with_num_segments.Doc(absl::StrCat(doc, " There are num_segments rows."))
                   .Shape(SparseSegmentShape)
                   .Gradient(SparseSegmentGradient)
                   .Cpu<K, half, bfloat16, float, double>());
}

}  // namespace

absl::Status RegisterSparseSegment(Registry& r) {
  const char* const kSum =
      "For each segment the sum of the rows of `data` that `indices` picks; segment_ids do not "
      "decrease. A segment without rows is 0.";
  MR_RETURN_IF_ERROR(
      r.Add(Op("SparseSegmentSum")
                .Input("data: T")
                .Input("indices: Tidx")
                .Input("segment_ids: Tsegmentids")
                .Output("output: T")
                .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
                      "half, uint32, uint64}")
                .Attr("Tidx: {int32, int64} = DT_INT32")
                .Attr("Tsegmentids: {int32, int64} = DT_INT32")
                .Attr("sparse_gradient: bool = false")
                .Doc(kSum)
                .Shape(SparseSegmentShape)
                .Gradient(SparseSegmentGradient)
                .Cpu<SparseSegmentSumKernel, half, bfloat16, float, double, int8_t, int16_t,
                     int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("SparseSegmentSumWithNumSegments")
                .Input("data: T")
                .Input("indices: Tidx")
                .Input("segment_ids: Tsegmentids")
                .Input("num_segments: Tnumsegments")
                .Output("output: T")
                .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
                      "half, uint32, uint64}")
                .Attr("Tidx: {int32, int64} = DT_INT32")
                .Attr("Tnumsegments: {int32, int64} = DT_INT32")
                .Attr("Tsegmentids: {int32, int64} = DT_INT32")
                .Attr("sparse_gradient: bool = false")
                .Doc(absl::StrCat(kSum, " There are num_segments rows."))
                .Shape(SparseSegmentShape)
                .Gradient(SparseSegmentGradient)
                .Cpu<SparseSegmentSumKernel, half, bfloat16, float, double, int8_t, int16_t,
                     int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>()));
  MR_RETURN_IF_ERROR(AddFloating<SparseSegmentMeanKernel>(
      r,
      Op("SparseSegmentMean")
          .Input("data: T")
          .Input("indices: Tidx")
          .Input("segment_ids: Tsegmentids")
          .Output("output: T")
          .Attr("T: {bfloat16, half, float, double}")
          .Attr("Tidx: {int32, int64} = DT_INT32")
          .Attr("Tsegmentids: {int32, int64} = DT_INT32")
          .Attr("sparse_gradient: bool = false"),
      Op("SparseSegmentMeanWithNumSegments")
          .Input("data: T")
          .Input("indices: Tidx")
          .Input("segment_ids: Tsegmentids")
          .Input("num_segments: Tnumsegments")
          .Output("output: T")
          .Attr("T: {bfloat16, half, float, double}")
          .Attr("Tidx: {int32, int64} = DT_INT32")
          .Attr("Tnumsegments: {int32, int64} = DT_INT32")
          .Attr("Tsegmentids: {int32, int64} = DT_INT32")
          .Attr("sparse_gradient: bool = false"),
      "For each segment the mean of the rows of `data` that `indices` picks; segment_ids do not "
      "decrease. A segment without rows is 0."));
  return AddFloating<SparseSegmentSqrtNKernel>(
      r,
      Op("SparseSegmentSqrtN")
          .Input("data: T")
          .Input("indices: Tidx")
          .Input("segment_ids: Tsegmentids")
          .Output("output: T")
          .Attr("T: {bfloat16, half, float, double}")
          .Attr("Tidx: {int32, int64} = DT_INT32")
          .Attr("Tsegmentids: {int32, int64} = DT_INT32")
          .Attr("sparse_gradient: bool = false"),
      Op("SparseSegmentSqrtNWithNumSegments")
          .Input("data: T")
          .Input("indices: Tidx")
          .Input("segment_ids: Tsegmentids")
          .Input("num_segments: Tnumsegments")
          .Output("output: T")
          .Attr("T: {bfloat16, half, float, double}")
          .Attr("Tidx: {int32, int64} = DT_INT32")
          .Attr("Tnumsegments: {int32, int64} = DT_INT32")
          .Attr("Tsegmentids: {int32, int64} = DT_INT32")
          .Attr("sparse_gradient: bool = false"),
      "For each segment the sum of the rows of `data` that `indices` picks, divided by the square "
      "root of their number; segment_ids do not decrease. A segment without rows is 0.");
}

}  // namespace millrace
