#include "kernels/linalg/eigen_gradient.h"

#include <utility>

#include "kernels/linalg/matrices.h"

namespace millrace {

absl::StatusOr<EigenGradient> EigenGradient::Of(Builder& b, const OpView& op, const Gradients& dy,
                                                AttrMap attrs) {
  EigenGradient g;
  g.e = op.output(0);
  g.v = op.output(1);
  if (!op.attr<bool>("compute_v")) {
    const Outputs both = b.Op(op.schema().name, {op.input(0)}, std::move(attrs));
    if (!b.ok()) return b.status();
    g.e = both[0];
    g.v = both[1];
  }
  g.middle = b.Op1("MatrixDiag", {dy[0].valid() ? Output(dy[0]) : b.ZerosLike(g.e)});
  if (!dy[1].valid()) return g;
  // x / (x^2 + tiny) for 1 / x, so that equal eigenvalues give 0.
  const Output gap = b.Sub(b.ExpandDims(g.e, -2), b.ExpandDims(g.e, -1));
  const Output f = b.Div(gap, b.Add(b.Square(gap), b.ScalarLike(gap, 1e-20)));
  g.f = b.Op1("MatrixSetDiag", {f, b.ZerosLike(g.e)});
  g.turned = MatrixProduct(b, g.v, dy[1], true, false);
  return g;
}

}  // namespace millrace
