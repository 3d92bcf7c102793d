#include "kernels/math/segment_gradient.h"

#include <string>

namespace millrace {
namespace {

bool IsUnsorted(const OpView& op) { return op.num_inputs() == 3; }

// `flags`, of the shape of the ids, with dimensions of size 1 added until it broadcasts over rows
// like `like`.
Output OverRows(Builder& b, Output flags, Output like) {
  const PartialShape from = b.shape(flags), to = b.shape(like);
  if (from.known_rank() && to.known_rank()) {
    for (int d = from.rank(); d < to.rank(); ++d) flags = b.ExpandDims(flags, -1);
    return flags;
  }
  const Output missing = b.ExpandDims(b.Sub(b.Rank(like), b.Rank(flags)), 0);
  const Output ones = b.Fill(missing, b.Scalar<int32_t>(1));
  return b.Reshape(flags, b.Concat({b.Shape(flags), ones}, b.Scalar<int32_t>(0)));
}

Output SafeIds(Builder& b, const OpView& op) {
  const Output ids = op.input(1);
  return IsUnsorted(op) ? b.Op1("Maximum", {ids, b.ScalarLike(ids, 0)}) : ids;
}

// Each row's segment out of `segments`; 0 for rows that belong to none.
Output OfRows(Builder& b, const OpView& op, Output segments) {
  const Output rows = b.Gather(segments, SafeIds(b, op));
  if (!IsUnsorted(op)) return rows;
  const Output ids = op.input(1);
  const Output belongs = OverRows(b, b.GreaterEqual(ids, b.ScalarLike(ids, 0)), rows);
  return b.Where(belongs, rows, b.ScalarLike(rows, 0));
}

// `rows` combined by segment as `how` says ("Sum", "Prod").
Output BySegment(Builder& b, const OpView& op, const char* how, Output rows) {
  if (IsUnsorted(op))
    return b.Op1(std::string("UnsortedSegment") + how, {rows, op.input(1), op.input(2)});
  return b.Op1(std::string("Segment") + how, {rows, op.input(1)});
}

Gradients OfData(const OpView& op, Output dx) {
  Gradients gradients(static_cast<size_t>(op.num_inputs()));
  gradients[0] = dx;
  return gradients;
}

}  // namespace

absl::StatusOr<Gradients> SegmentSumGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return OfData(op, OfRows(b, op, dy[0]));
}

absl::StatusOr<Gradients> SegmentMeanGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output ones = b.Fill(b.Shape(op.input(1)), b.ScalarLike(dy[0], 1));
  const Output counts = b.Op1("Maximum", {BySegment(b, op, "Sum", ones), b.ScalarLike(dy[0], 1)});
  return OfData(op, OfRows(b, op, b.Div(dy[0], OverRows(b, counts, dy[0]))));
}

// The product of the other rows: that of all divided by x, or where x is 0 that of the rows that
// are not. Two zeros in a segment leave nothing.
absl::StatusOr<Gradients> SegmentProdGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0), zero = b.ScalarLike(x, 0), one = b.ScalarLike(x, 1);
  const Output is_zero = b.Equal(x, zero);
  const Output zeros = BySegment(b, op, "Sum", b.Cast(is_zero, DType::kInt32));
  const Output passed = b.Where(b.Greater(zeros, b.Scalar<int32_t>(1)), zero, dy[0]);
  const Output safe_x = b.Where(is_zero, one, x);
  const Output nonzero = BySegment(b, op, "Prod", safe_x);
  const Output ids = SafeIds(b, op);
  const Output others =
      b.Where(is_zero, b.Gather(nonzero, ids), b.Div(b.Gather(op.output(0), ids), safe_x));
  return OfData(op, b.Mul(OfRows(b, op, passed), b.Conj(others)));
}

absl::StatusOr<Gradients> SegmentExtremeGradient(Builder& b, const OpView& op,
                                                 const Gradients& dy) {
  const Output x = op.input(0);
  Output taken = b.Equal(x, b.Gather(op.output(0), SafeIds(b, op)));
  if (IsUnsorted(op)) {
    const Output ids = op.input(1);
    taken = b.LogicalAnd(taken, OverRows(b, b.GreaterEqual(ids, b.ScalarLike(ids, 0)), x));
  }
  const Output counts = BySegment(b, op, "Sum", b.Cast(taken, b.dtype(dy[0])));
  // A segment without rows divides 0 by 0, and nobody gathers that.
  const Output share = b.Op1("DivNoNan", {dy[0], counts});
  return OfData(op, b.Where(taken, OfRows(b, op, share), b.ScalarLike(x, 0)));
}

}  // namespace millrace
