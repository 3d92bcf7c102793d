// GRUBlockCell, GRUBlockCellGrad: one step of a gated recurrent unit (Cho et al., 2014).
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/gemm.h"

namespace millrace {
namespace {

// Inputs. Of the gradient there follow r, u, c and d_h.
enum : int { kX, kHPrev, kWRu, kWC, kBRu, kBC, kR, kU, kC, kDh };

struct GruSizes {
  int64_t batch = 0, inputs = 0, cells = 0;

  int64_t state() const { return batch * cells; }
  static absl::StatusOr<GruSizes> Of(const KernelContext& c);
};

absl::Status ExpectShape(const KernelContext& c, int i, absl::string_view name,
                         const Shape& shape) {
  if (c.input(i).shape() == shape) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " must have shape ", shape.ToString(),
                                                 ", not ", c.input(i).shape().ToString()));
}

absl::StatusOr<GruSizes> GruSizes::Of(const KernelContext& c) {
  const Tensor &x = c.input(kX), &h_prev = c.input(kHPrev), &w_ru = c.input(kWRu);
  if (x.rank() != 2 || h_prev.rank() != 2) {
    return absl::InvalidArgumentError(absl::StrCat("x and h_prev must be 2-D, not ",
                                                   x.shape().ToString(), " and ",
                                                   h_prev.shape().ToString()));
  }
  const GruSizes s = {x.dim(0), x.dim(1), h_prev.dim(1)};
  MR_RETURN_IF_ERROR(ExpectShape(c, kHPrev, "h_prev", Shape({s.batch, s.cells})));
  if (w_ru.rank() != 2 || w_ru.dim(0) - s.inputs != s.cells || w_ru.dim(1) % 2 != 0 ||
      w_ru.dim(1) / 2 != s.cells) {
    return absl::InvalidArgumentError(absl::StrCat("w_ru must have shape [", s.inputs, " + ",
                                                   s.cells, ", 2 * ", s.cells, "], not ",
                                                   w_ru.shape().ToString()));
  }
  MR_RETURN_IF_ERROR(ExpectShape(c, kWC, "w_c", Shape({w_ru.dim(0), s.cells})));
  MR_RETURN_IF_ERROR(ExpectShape(c, kBRu, "b_ru", Shape({w_ru.dim(1)})));
  MR_RETURN_IF_ERROR(ExpectShape(c, kBC, "b_c", Shape({s.cells})));
  for (int i = kR; i < c.num_inputs(); ++i)
    MR_RETURN_IF_ERROR(ExpectShape(c, i, "a state", Shape({s.batch, s.cells})));
  return s;
}

// to = b + [x, h] w, with `columns` columns.
void Affine(ThreadPool* pool, const GruSizes& s, const float* x, const float* h, const float* w,
            const float* b, int64_t columns, float* to) {
  for (int64_t row = 0; row < s.batch; ++row) std::copy_n(b, columns, to + row * columns);
  if (s.inputs > 0) Gemm(pool, {s.batch, columns, s.inputs}, x, w, to, /*accumulate=*/true);
  Gemm(pool, {s.batch, columns, s.cells}, h, w + s.inputs * columns, to, /*accumulate=*/true);
}

class GruBlockCellKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const GruSizes s, GruSizes::Of(c));
    float* out[4];
    for (int i = 0; i < 4; ++i) {
      Tensor* t;
      MR_RETURN_IF_ERROR(c.allocate_output(i, Shape({s.batch, s.cells}), &t));
      out[i] = t->mutable_data<float>();
    }
    if (s.state() == 0) return absl::OkStatus();
    float *const r = out[0], *const u = out[1], *const candidate = out[2], *const h = out[3];
    const float *const x = c.input(kX).data<float>(), *const before = c.input(kHPrev).data<float>();
    std::vector<float> gates(static_cast<size_t>(2 * s.state())), kept(s.state());
    Affine(c.pool(), s, x, before, c.input(kWRu).data<float>(), c.input(kBRu).data<float>(),
           2 * s.cells, gates.data());
    for (int64_t at = 0; at < s.state(); ++at) {
      const float* const g = gates.data() + at / s.cells * 2 * s.cells + at % s.cells;
      r[at] = 1 / (1 + std::exp(-g[0]));
      u[at] = 1 / (1 + std::exp(-g[s.cells]));
      kept[at] = r[at] * before[at];
    }
    Affine(c.pool(), s, x, kept.data(), c.input(kWC).data<float>(), c.input(kBC).data<float>(),
           s.cells, candidate);
    for (int64_t at = 0; at < s.state(); ++at) {
      candidate[at] = std::tanh(candidate[at]);
      h[at] = u[at] * before[at] + (1 - u[at]) * candidate[at];
    }
    return absl::OkStatus();
  }
};

class GruBlockCellGradKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const GruSizes s, GruSizes::Of(c));
    // Outputs: by x, h_prev, the sum before c, and the sums before r and u.
    const Shape shapes[] = {c.input(kX).shape(), Shape({s.batch, s.cells}),
                            Shape({s.batch, s.cells}), Shape({s.batch, c.input(kBRu).dim(0)})};
    float* out[4];
    for (int i = 0; i < 4; ++i) {
      Tensor* t;
      MR_RETURN_IF_ERROR(c.allocate_output(i, shapes[i], &t));
      out[i] = t->mutable_data<float>();
      std::fill_n(out[i], shapes[i].num_elements(), 0.0f);
    }
    if (s.state() > 0) Back(c, s, out);
    return absl::OkStatus();
  }

 private:
  static void Back(KernelContext& c, const GruSizes& s, float* const* out) {
    const auto in = [&](int i) { return c.input(i).data<float>(); };
    const float *const before = in(kHPrev), *const r = in(kR), *const u = in(kU),
                       *const candidate = in(kC), *const dh = in(kDh);
    float *const d_x = out[0], *const d_before = out[1], *const d_c = out[2], *const d_ru = out[3];
    for (int64_t at = 0; at < s.state(); ++at)
      d_c[at] = dh[at] * (1 - u[at]) * (1 - candidate[at] * candidate[at]);
    std::vector<float> d_kept(s.state());
    const GemmShape back = {s.batch, s.cells, s.cells, false, true};
    Gemm(c.pool(), back, d_c, in(kWC) + s.inputs * s.cells, d_kept.data());
    for (int64_t at = 0; at < s.state(); ++at) {
      float* const d = d_ru + at / s.cells * 2 * s.cells + at % s.cells;
      d[0] = d_kept[at] * before[at] * r[at] * (1 - r[at]);
      d[s.cells] = dh[at] * (before[at] - candidate[at]) * u[at] * (1 - u[at]);
      d_before[at] = d_kept[at] * r[at] + dh[at] * u[at];
    }
    Gemm(c.pool(), {s.batch, s.cells, 2 * s.cells, false, true}, d_ru,
         in(kWRu) + s.inputs * 2 * s.cells, d_before, /*accumulate=*/true);
    if (s.inputs == 0) return;
    Gemm(c.pool(), {s.batch, s.inputs, 2 * s.cells, false, true}, d_ru, in(kWRu), d_x);
    Gemm(c.pool(), {s.batch, s.inputs, s.cells, false, true}, d_c, in(kWC), d_x,
         /*accumulate=*/true);
  }
};

absl::Status GruShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape x, c.WithRank(kX, 2));
  MR_ASSIGN_OR_RETURN(const PartialShape h_prev, c.WithRank(kHPrev, 2));
  for (int i = 0; i < c.num_outputs(); ++i)
    c.set_output(i, PartialShape::Of({x.dim(0), h_prev.dim(1)}));
  return absl::OkStatus();
}

absl::Status GruGradShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(GruShape(c));
  MR_ASSIGN_OR_RETURN(PartialShape x, c.WithRank(kX, 2));
  MR_ASSIGN_OR_RETURN(const PartialShape w_ru, c.WithRank(kWRu, 2));
  c.set_output(3, PartialShape::Of({x.dim(0), w_ru.dim(1)}));
  c.set_output(0, std::move(x));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> GruGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients result(op.num_inputs());
  if (!dy[3].valid()) return result;  // as the LSTM's: through the new state alone
  Outputs inputs = op.inputs();
  for (int i = 0; i < 3; ++i) inputs.push_back(op.output(i));
  inputs.push_back(dy[3]);
  const Outputs d = b.Op("GRUBlockCellGrad", inputs);
  if (d.size() != 4) return b.status();
  const Output x = op.input(kX), h_prev = op.input(kHPrev), axis = b.Scalar<int32_t>(1);
  const Output kept = b.Mul(op.output(0), h_prev);
  result[kX] = d[0];
  result[kHPrev] = d[1];
  result[kWRu] = b.MatMul(b.Concat({x, h_prev}, axis), d[3], true);
  result[kWC] = b.MatMul(b.Concat({x, kept}, axis), d[2], true);
  result[kBRu] = b.Sum(d[3], {0});
  result[kBC] = b.Sum(d[2], {0});
  return result;
}

Op& GruInputs(Op& op) {
  return op.Input("x: T")
      .Input("h_prev: T")
      .Input("w_ru: T")
      .Input("w_c: T")
      .Input("b_ru: T")
      .Input("b_c: T");
}

}  // namespace

absl::Status RegisterGruBlockCell(Registry& r) {
  Op cell("GRUBlockCell");
  MR_RETURN_IF_ERROR(
      r.Add(GruInputs(cell)
                .Output("r: T")
                .Output("u: T")
                .Output("c: T")
                .Output("h: T")
                .Attr("T: {float}")
                .Doc("One step of a gated recurrent unit: r and u = sigmoid([x, h_prev] w_ru + "
                     "b_ru), c = tanh([x, r h_prev] w_c + b_c), h = u h_prev + (1 - u) c.")
                .Shape(GruShape)
                .Gradient(GruGradient)
                .Cpu<GruBlockCellKernel>()));
  Op grad("GRUBlockCellGrad");
  return r.Add(GruInputs(grad)
                   .Input("r: T")
                   .Input("u: T")
                   .Input("c: T")
                   .Input("d_h: T")
                   .Output("d_x: T")
                   .Output("d_h_prev: T")
                   .Output("d_c_bar: T")
                   .Output("d_r_bar_u_bar: T")
                   .Attr("T: {float}")
                   .Doc("The gradient of GRUBlockCell by x and h_prev, and by the sums before c "
                        "and before r and u.")
                   .Shape(GruGradShape)
                   .Cpu<GruBlockCellGradKernel>());
}

}  // namespace millrace
