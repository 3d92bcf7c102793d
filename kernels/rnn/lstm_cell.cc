#include "kernels/rnn/lstm_cell.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/base/status.h"
#include "kernels/math/gemm.h"

namespace millrace {
namespace {

constexpr int64_t kRowsAShard = 4;

float Sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

absl::Status Expect(const KernelContext& c, int i, absl::string_view name, const Shape& shape) {
  if (c.input(i).shape() == shape) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " must have shape ", shape.ToString(),
                                                 ", not ", c.input(i).shape().ToString()));
}

}  // namespace

absl::StatusOr<LstmSizes> LstmSizes::Of(const KernelContext& c, int first, bool in_time) {
  const Tensor &x = c.input(first), &cs_prev = c.input(first + 1);
  const int batch_axis = in_time ? 1 : 0;
  if (x.rank() != batch_axis + 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("x must be ", batch_axis + 2, "-D, not ", x.shape().ToString()));
  }
  if (cs_prev.rank() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("cs_prev must be 2-D, not ", cs_prev.shape().ToString()));
  }
  LstmSizes s;
  s.steps = in_time ? x.dim(0) : 1;
  s.batch = x.dim(batch_axis);
  s.inputs = x.dim(batch_axis + 1);
  s.cells = cs_prev.dim(1);
  const Shape state({s.batch, s.cells}), cells({s.cells});
  MR_RETURN_IF_ERROR(Expect(c, first + 1, "cs_prev", state));
  MR_RETURN_IF_ERROR(Expect(c, first + 2, "h_prev", state));
  // Both tensors hold s.cells elements a row, so that these sums cannot overflow where w has them.
  const Tensor& w = c.input(first + 3);
  if (w.rank() != 2 || w.dim(0) - s.inputs != s.cells || w.dim(1) % 4 != 0 ||
      w.dim(1) / 4 != s.cells) {
    return absl::InvalidArgumentError(absl::StrCat("w must have shape [", s.inputs, " + ", s.cells,
                                                   ", 4 * ", s.cells, "], not ",
                                                   w.shape().ToString()));
  }
  MR_RETURN_IF_ERROR(Expect(c, first + 4, "wci", cells));
  MR_RETURN_IF_ERROR(Expect(c, first + 5, "wcf", cells));
  MR_RETURN_IF_ERROR(Expect(c, first + 6, "wco", cells));
  MR_RETURN_IF_ERROR(Expect(c, first + 7, "b", Shape({w.dim(1)})));
  return s;
}

void LstmForward(ThreadPool* pool, const LstmSizes& sizes, const LstmRule& rule,
                 const LstmWeights& weights, const float* x, const float* cs_prev,
                 const float* h_prev, float* gates, const LstmStates& out) {
  const int64_t cells = sizes.cells, width = 4 * cells;
  if (sizes.state() == 0) return;
  for (int64_t row = 0; row < sizes.batch; ++row)
    std::copy_n(weights.b, width, gates + row * width);
  if (sizes.inputs > 0)
    Gemm(pool, {sizes.batch, width, sizes.inputs}, x, weights.w, gates, /*accumulate=*/true);
  Gemm(pool, {sizes.batch, width, cells}, h_prev, weights.w + sizes.inputs * width, gates,
       /*accumulate=*/true);
  const auto peep = [&](float state, const float* weight, int64_t k) {
    return rule.peephole ? state * weight[k] : 0.0f;
  };
  pool->ParallelFor(sizes.batch, kRowsAShard, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin * cells; at < end * cells; ++at) {
      const int64_t row = at / cells, k = at % cells;
      const float* const g = gates + row * width + k;
      const float before = cs_prev[at];
      const float i = Sigmoid(g[0] + peep(before, weights.wci, k));
      const float ci = std::tanh(g[rule.cell_column() * cells]);
      const float f = Sigmoid(g[rule.forget_column() * cells] + rule.forget_bias +
                              peep(before, weights.wcf, k));
      float cs = ci * i + f * before;
      if (rule.cell_clip > 0) cs = std::min(std::max(cs, -rule.cell_clip), rule.cell_clip);
      const float o = Sigmoid(g[3 * cells] + peep(cs, weights.wco, k));
      const float co = std::tanh(cs);
      out.i[at] = i, out.cs[at] = cs, out.f[at] = f, out.o[at] = o;
      out.ci[at] = ci, out.co[at] = co, out.h[at] = o * co;
    }
  });
}

void LstmBackward(const LstmSizes& sizes, const LstmRule& rule, const LstmWeights& weights,
                  const LstmSaved& s, const float* cs_grad, const float* h_grad,
                  const LstmGradients& out) {
  const int64_t cells = sizes.cells;
  for (int64_t at = 0; at < sizes.state(); ++at) {
    const int64_t row = at / cells, k = at % cells;
    const float i = s.i[at], f = s.f[at], o = s.o[at], ci = s.ci[at], co = s.co[at];
    const float d_o = o * (1 - o) * h_grad[at] * co;
    float d_cs = (1 - co * co) * h_grad[at] * o + cs_grad[at];
    if (rule.peephole) d_cs += d_o * weights.wco[k];
    const float d_i = i * (1 - i) * d_cs * ci;
    const float d_f = f * (1 - f) * d_cs * s.cs_prev[at];
    float* const g = out.gates + row * 4 * cells + k;
    g[0] = d_i;
    g[rule.cell_column() * cells] = (1 - ci * ci) * d_cs * i;
    g[rule.forget_column() * cells] = d_f;
    g[3 * cells] = d_o;
    out.cs_prev[at] = d_cs * f;
    if (!rule.peephole) continue;
    out.cs_prev[at] += d_i * weights.wci[k] + d_f * weights.wcf[k];
    out.wci[k] += d_i * s.cs_prev[at];
    out.wcf[k] += d_f * s.cs_prev[at];
    out.wco[k] += d_o * s.cs[at];
  }
}

}  // namespace millrace
