// SparseSegmentSumGrad, SparseSegmentMeanGrad, SparseSegmentSqrtNGrad and their V2: the rows of
// `grad` handed back to the rows that made them.
#include <algorithm>
#include <vector>

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

// With two outputs (V2) only the rows that got something are given, and which they are.
template <typename T, SegmentScale scale>
class SparseSegmentGradKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &grad = c.input(0), &indices = c.input(1), &ids = c.input(2);
    if (grad.rank() < 1) return absl::InvalidArgumentError("grad must be at least rank 1");
    if (c.input(3).rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("output_dim0 should be a scalar, not ", c.input(3).shape().ToString()));
    }
    const int64_t rows = c.input(3).scalar<int32_t>();
    MR_RETURN_IF_ERROR(CheckSegments(indices, ids, /*sorted=*/false));
    MR_RETURN_IF_ERROR(CheckRange(indices, rows, "Index"));
    MR_RETURN_IF_ERROR(CheckRange(ids, grad.dim(0), "Segment id"));
    if (c.num_outputs() == 1) {
      std::vector<int64_t> to(indices.num_elements());
      for (size_t i = 0; i < to.size(); ++i) to[i] = IntegerAt(indices, static_cast<int64_t>(i));
      return Distribute(c, to, rows);
    }
    std::vector<int64_t> used;
    for (int64_t i = 0; i < indices.num_elements(); ++i) used.push_back(IntegerAt(indices, i));
    std::vector<int64_t> to = used;
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    for (int64_t& row : to) row = std::lower_bound(used.begin(), used.end(), row) - used.begin();
    Tensor* unique;
    const int64_t n = static_cast<int64_t>(used.size());
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({n}), &unique));
    for (int64_t i = 0; i < n; ++i) SetIntegerAt(unique, i, used[i]);
    return Distribute(c, to, n);
  }

 private:
  using A = ArithmeticType<T>;

  static absl::Status CheckRange(const Tensor& t, int64_t size, const char* what) {
    for (int64_t i = 0; i < t.num_elements(); ++i) {
      const int64_t v = IntegerAt(t, i);
      if (v >= 0 && v < size) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(what, " ", v, " out of range [0, ", size, ")."));
    }
    return absl::OkStatus();
  }

  // Row i of the picked ones adds to row to[i] of the output, which has `rows` rows.
  static absl::Status Distribute(KernelContext& c, const std::vector<int64_t>& to, int64_t rows) {
    const Tensor &grad = c.input(0), &ids = c.input(2);
    Shape shape = grad.shape();
    MR_RETURN_IF_ERROR(shape.SetDim(0, rows));
    const int64_t row = RowSize(shape);
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    std::vector<A> sums(static_cast<size_t>(shape.num_elements()), A(0));
    std::vector<int64_t> counts(grad.dim(0));
    for (size_t i = 0; i < to.size(); ++i) ++counts[IntegerAt(ids, static_cast<int64_t>(i))];
    for (size_t i = 0; i < to.size(); ++i) {
      const int64_t id = IntegerAt(ids, static_cast<int64_t>(i));
      const T* g = grad.data<T>() + id * row;
      for (int64_t j = 0; j < row; ++j)
        sums[to[i] * row + j] += ScaleSegment<scale>(static_cast<A>(g[j]), counts[id]);
    }
    for (size_t i = 0; i < sums.size(); ++i) out->mutable_data<T>()[i] = static_cast<T>(sums[i]);
    return absl::OkStatus();
  }
};

template <typename T>
using SparseSegmentSumGradKernel = SparseSegmentGradKernel<T, SegmentScale::kSum>;
template <typename T>
using SparseSegmentMeanGradKernel = SparseSegmentGradKernel<T, SegmentScale::kMean>;
template <typename T>
using SparseSegmentSqrtNGradKernel = SparseSegmentGradKernel<T, SegmentScale::kSqrtN>;

absl::Status SparseSegmentGradShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape out, c.WithRankAtLeast(0, 1));
  MR_ASSIGN_OR_RETURN(const PartialShape indices, c.WithRank(1, 1));
  MR_RETURN_IF_ERROR(c.WithRank(2, 1).status());
  MR_RETURN_IF_ERROR(c.WithRank(3, 0).status());
  if (!out.known_rank()) return absl::OkStatus();
  const auto rows = c.input_as_ints(3);
  const bool dense = c.num_outputs() == 1;
  if (dense && rows.has_value() && (*rows)[0] < 0)
    return c.Error(3, "cannot specify a negative value");
  out.SetDim(0, dense && rows.has_value() ? (*rows)[0] : PartialShape::kUnknownDim);
  c.set_output(0, std::move(out));
  if (!dense) c.set_output(1, PartialShape::UnknownOfRank(1));
  return absl::OkStatus();
}

// The map is linear: its transpose is the forward op.
absl::StatusOr<Gradients> SparseSegmentGradGradient(Builder& b, const OpView& op,
                                                    const Gradients& dy) {
  absl::string_view name = op.schema().name;
  const Output segments = b.Gather(b.Shape(op.input(0)), b.Scalar<int32_t>(0));
  return Gradients{b.Op1(absl::StrCat(name.substr(0, name.size() - 4), "WithNumSegments"),
                         {dy[0], op.input(1), op.input(2), segments}),
                   Gradient(), Gradient(), Gradient()};
}

template <template <typename> class K>
absl::Status AddGrads(Registry& r, Op& dense, Op& sparse, absl::string_view of) {
  MR_RETURN_IF_ERROR(r.Add(dense.Doc(absl::StrCat("The gradient of ", of, " by data."))
                               .Shape(SparseSegmentGradShape)
                               .Gradient(SparseSegmentGradGradient)
                               .Cpu<K, half, bfloat16, float, double>()));
  return r.Add(sparse
                   .Doc(absl::StrCat("The rows of the gradient of ", of,
                                     " by data that are not 0, and which they are."))
                   .Shape(SparseSegmentGradShape)
                   .Cpu<K, half, bfloat16, float, double>());
}

}  // namespace

absl::Status RegisterSparseSegmentGrad(Registry& r) {
  MR_RETURN_IF_ERROR(
      AddGrads<SparseSegmentSumGradKernel>(r,
                                           Op("SparseSegmentSumGrad")
                                               .Input("grad: T")
                                               .Input("indices: Tidx")
                                               .Input("segment_ids: Tsegmentids")
                                               .Input("output_dim0: int32")
                                               .Output("output: T")
                                               .Attr("T: {bfloat16, half, float, double}")
                                               .Attr("Tidx: {int32, int64} = DT_INT32")
                                               .Attr("Tsegmentids: {int32, int64} = DT_INT32"),
                                           Op("SparseSegmentSumGradV2")
                                               .Input("grad: T")
                                               .Input("indices: Tidx")
                                               .Input("segment_ids: Tsegmentids")
                                               .Input("dense_output_dim0: int32")
                                               .Output("output: T")
                                               .Output("sorted_unique_indices: Tidx")
                                               .Attr("T: {bfloat16, half, float, double}")
                                               .Attr("Tidx: {int32, int64} = DT_INT32")
                                               .Attr("Tsegmentids: {int32, int64} = DT_INT32"),
                                           "SparseSegmentSum"));
  MR_RETURN_IF_ERROR(
      AddGrads<SparseSegmentMeanGradKernel>(r,
                                            Op("SparseSegmentMeanGrad")
                                                .Input("grad: T")
                                                .Input("indices: Tidx")
                                                .Input("segment_ids: Tsegmentids")
                                                .Input("output_dim0: int32")
                                                .Output("output: T")
                                                .Attr("T: {bfloat16, half, float, double}")
                                                .Attr("Tidx: {int32, int64} = DT_INT32")
                                                .Attr("Tsegmentids: {int32, int64} = DT_INT32"),
                                            Op("SparseSegmentMeanGradV2")
                                                .Input("grad: T")
                                                .Input("indices: Tidx")
                                                .Input("segment_ids: Tsegmentids")
                                                .Input("dense_output_dim0: int32")
                                                .Output("output: T")
                                                .Output("sorted_unique_indices: Tidx")
                                                .Attr("T: {bfloat16, half, float, double}")
                                                .Attr("Tidx: {int32, int64} = DT_INT32")
                                                .Attr("Tsegmentids: {int32, int64} = DT_INT32"),
                                            "SparseSegmentMean"));
  return AddGrads<SparseSegmentSqrtNGradKernel>(r,
                                                Op("SparseSegmentSqrtNGrad")
                                                    .Input("grad: T")
                                                    .Input("indices: Tidx")
                                                    .Input("segment_ids: Tsegmentids")
                                                    .Input("output_dim0: int32")
                                                    .Output("output: T")
                                                    .Attr("T: {bfloat16, half, float, double}")
                                                    .Attr("Tidx: {int32, int64} = DT_INT32")
                                                    .Attr("Tsegmentids: {int32, int64} = DT_INT32"),
                                                Op("SparseSegmentSqrtNGradV2")
                                                    .Input("grad: T")
                                                    .Input("indices: Tidx")
                                                    .Input("segment_ids: Tsegmentids")
                                                    .Input("dense_output_dim0: int32")
                                                    .Output("output: T")
                                                    .Output("sorted_unique_indices: Tidx")
                                                    .Attr("T: {bfloat16, half, float, double}")
                                                    .Attr("Tidx: {int32, int64} = DT_INT32")
                                                    .Attr("Tsegmentids: {int32, int64} = DT_INT32"),
                                                "SparseSegmentSqrtN");
}

}  // namespace millrace
