// Examples for the gradients of Switch and Merge in conditionals; //tests/gradients checks them.
#include "core/graph/builder.h"
#include "kernels/testing/gradient_example.h"

namespace millrace {
namespace {

// The sum of x decides: its square, or what `otherwise` makes of it.
Outputs Conditional(GraphBuilder& b, const Output& x, const char* otherwise) {
  const Output pred = b.Greater(b.Sum(x, {0}), b.Scalar<double>(0));
  const Outputs sides = b.Op("Switch", {x, pred});
  if (!b.ok()) return {};
  const Outputs merged =
      b.Op("Merge", {b.Op1(otherwise, {sides[0]}), b.Square(sides[1])}, {{"N", int64_t{2}}});
  return b.ok() ? Outputs{merged[0]} : Outputs();
}

Outputs SquareOrExp(GraphBuilder& b, const Outputs& in) { return Conditional(b, in[0], "Exp"); }
// One branch does not depend on x.
Outputs SquareOrZeros(GraphBuilder& b, const Outputs& in) {
  return Conditional(b, in[0], "ZerosLike");
}

const std::vector<Tensor> kTaken = {Tensor::Vector<double>({1, -0.5, 2})};
const std::vector<Tensor> kNotTaken = {Tensor::Vector<double>({-1, 0.5, -2})};

MR_GRADIENT_EXAMPLE({.op = "Switch", .inputs = kTaken, .build = SquareOrExp});
MR_GRADIENT_EXAMPLE({.op = "Switch", .inputs = kNotTaken, .build = SquareOrExp});
MR_GRADIENT_EXAMPLE({.op = "Merge", .inputs = kTaken, .build = SquareOrZeros});
MR_GRADIENT_EXAMPLE({.op = "Merge", .inputs = kNotTaken, .build = SquareOrZeros});

}  // namespace
}  // namespace millrace
