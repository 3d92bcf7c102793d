// Betainc: the regularised incomplete beta function.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/special_functions.h"

namespace millrace {
namespace {

// Operands have one shape or are scalars.
template <typename T>
class BetaincKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    Shape shape;
    for (int i = 0; i < 3; ++i) {
      const Shape& s = c.input(i).shape();
      if (s.rank() == 0) continue;
      if (shape.rank() != 0 && s != shape) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Shapes of a, b and x must match: ", shape.ToString(), " vs. ", s.ToString()));
      }
      shape = s;
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    T* z = out->mutable_data<T>();
    const T *a = c.input(0).data<T>(), *b = c.input(1).data<T>(), *x = c.input(2).data<T>();
    const int64_t da = c.input(0).rank() != 0, db = c.input(1).rank() != 0,
                  dx = c.input(2).rank() != 0;
    c.pool()->ParallelFor(shape.num_elements(), 64, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        z[i] = special::Betainc(a[i * da], b[i * db], x[i * dx]);
    });
    return absl::OkStatus();
  }
};

absl::Status BetaincShape(ShapeContext& c) {
  PartialShape out = PartialShape::Scalar();
  for (int i = 0; i < 3; ++i) {
    const PartialShape& s = c.input(i);
    if (s.known_rank() && s.rank() == 0) continue;
    if (!s.known_rank()) {
      c.set_output(0, PartialShape());
      return absl::OkStatus();
    }
    if (out.rank() == 0) {
      out = s;
      continue;
    }
    auto merged = out.MergeWith(s);
    if (!merged.ok()) return c.Error(i, merged.status().message());
    out = *std::move(merged);
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// By x only, as TensorFlow: x^(a-1) (1-x)^(b-1) / B(a, b).
absl::StatusOr<Gradients> BetaincGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output a = op.input(0), c = op.input(1), x = op.input(2);
  const Output one = b.ScalarLike(x, 1);
  const Output log_beta =
      b.Sub(b.Add(b.Op1("Lgamma", {a}), b.Op1("Lgamma", {c})), b.Op1("Lgamma", {b.Add(a, c)}));
  const Output powers =
      b.Add(b.Op1("Xlog1py", {b.Sub(c, one), b.Neg(x)}), b.Op1("Xlogy", {b.Sub(a, one), x}));
  const Output by_x = b.Mul(b.Exp(b.Sub(powers, log_beta)), dz[0]);
  return Gradients{Gradient(), Gradient(),
                   b.UnbroadcastGradients(x, by_x, op.output(0), by_x).first};
}

}  // namespace

absl::Status RegisterBetainc(Registry& r) {
  return r.Add(Op("Betainc")
                   .Input("a: T")
                   .Input("b: T")
                   .Input("x: T")
                   .Output("z: T")
                   .Attr("T: {float, double}")
                   .Doc("The regularised incomplete beta function I_x(a, b); operands of one shape "
                        "or scalars.")
                   .Shape(BetaincShape)
                   .Gradient(BetaincGradient)
                   .Cpu<BetaincKernel, float, double>());
}

}  // namespace millrace
