// RaggedTensorToSparse.
#include <algorithm>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/integer_at.h"
#include "kernels/ragged/ragged_splits.h"

namespace millrace {
namespace {

class RaggedToSparseKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const int levels = c.num_inputs() - 1;
    const Tensor& values = c.input(levels);
    if (values.rank() < 1)
      return absl::InvalidArgumentError("rt_dense_values must be at least rank 1");
    MR_RETURN_IF_ERROR(CheckSplits(c, 0, levels, values.dim(0)));
    const int rank = levels + values.rank();
    const int64_t total = values.num_elements();
    Tensor *indices, *shape;
    MR_ASSIGN_OR_RETURN(const Shape all, Shape::Create({total, rank}));
    MR_RETURN_IF_ERROR(c.allocate_output(0, all, &indices));
    MR_ASSIGN_OR_RETURN(Tensor flat, values.Reshaped(Shape({total})));
    c.set_output(1, std::move(flat));
    MR_RETURN_IF_ERROR(c.allocate_output(2, Shape({rank}), &shape));
    SetShape(c, levels, values, shape->mutable_data<int64_t>());
    // Where each dimension stands; the rows of the ragged ones end as their splits say.
    std::vector<int64_t> row(levels, 0);
    const int64_t inner = total == 0 ? 1 : total / values.dim(0);
    int64_t* at = indices->mutable_data<int64_t>();
    for (int64_t i = 0; i < total; ++i) {
      int64_t position = i / inner;
      for (int level = levels - 1; level >= 0; --level) {
        while (IntegerAt(c.input(level), row[level] + 1) <= position) ++row[level];
        at[level + 1] = position - IntegerAt(c.input(level), row[level]);
        position = row[level];
      }
      at[0] = position;
      int64_t rest = i % inner;
      for (int d = values.rank() - 1; d > 0; --d) {
        at[levels + d] = rest % values.dim(d);
        rest /= values.dim(d);
      }
      at += rank;
    }
    return absl::OkStatus();
  }

 private:
  // Rows, the longest row of each ragged dimension, and the values' other dimensions.
  static void SetShape(const KernelContext& c, int levels, const Tensor& values, int64_t* out) {
    *out++ = c.input(0).num_elements() - 1;
    for (int level = 0; level < levels; ++level) {
      int64_t longest = 0;
      for (int64_t i = 0; i + 1 < c.input(level).num_elements(); ++i) {
        longest =
            std::max(longest, IntegerAt(c.input(level), i + 1) - IntegerAt(c.input(level), i));
      }
      *out++ = longest;
    }
    for (int d = 1; d < values.rank(); ++d) *out++ = values.dim(d);
  }
};

absl::Status ToSparseShape(ShapeContext& c) {
  const int levels = c.num_inputs() - 1;
  for (int i = 0; i < levels; ++i) MR_RETURN_IF_ERROR(c.WithRank(i, 1).status());
  MR_ASSIGN_OR_RETURN(const PartialShape values, c.WithRankAtLeast(levels, 1));
  int64_t count = values.known_rank() ? 1 : -1;
  for (int d = 0; d < values.rank(); ++d)
    count = count < 0 || values.dim(d) < 0 ? -1 : count * values.dim(d);
  const int64_t rank = values.known_rank() ? levels + values.rank() : -1;
  c.set_output(0, PartialShape::Of({count, rank}));
  c.set_output(1, PartialShape::Of({count}));
  c.set_output(2, PartialShape::Of({rank}));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> ToSparseGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients result(op.num_inputs());
  if (dy[1].valid()) result.back() = b.ReshapeLike(dy[1], op.inputs().back());
  return result;
}

}  // namespace

absl::Status RegisterRaggedTensorToSparse(Registry& r) {
  return r.Add(Op("RaggedTensorToSparse")
                   .Input("rt_nested_splits: RAGGED_RANK * Tsplits")
                   .Input("rt_dense_values: T")
                   .Output("sparse_indices: int64")
                   .Output("sparse_values: T")
                   .Output("sparse_dense_shape: int64")
                   .Attr("RAGGED_RANK: int >= 1")
                   .Attr("T: type")
                   .Attr("Tsplits: {int32, int64} = DT_INT64")
                   .Doc("A ragged tensor as a sparse one, whose shape holds the longest rows.")
                   .Shape(ToSparseShape)
                   .Gradient(ToSparseGradient)
                   .Cpu<RaggedToSparseKernel>());
}

}  // namespace millrace
