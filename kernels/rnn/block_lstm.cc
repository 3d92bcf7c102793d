// BlockLSTM, BlockLSTMV2 and their gradients: all steps of an LSTM over a batch.
#include <algorithm>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/gemm.h"
#include "kernels/nn/window.h"
#include "kernels/rnn/float_memory.h"
#include "kernels/rnn/lstm_cell.h"

namespace millrace {
namespace {

// Inputs. The outputs of the op forward begin at kSaved among those of its gradient.
enum : int { kLength, kX, kCsPrev, kHPrev, kW, kWci, kWcf, kWco, kB, kSaved };

// The second version has the forget gate second and no forget_bias.
template <int kVersion>
inline constexpr GateOrder kGateOrder =
    kVersion == 1 ? GateOrder::kCellSecond : GateOrder::kForgetSecond;

// The steps that are run, of all there are.
absl::StatusOr<int64_t> Length(const Tensor& length, int64_t steps) {
  if (length.rank() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("seq_len_max must be a scalar, not of shape ", length.shape().ToString()));
  }
  const int64_t n = length.scalar<int64_t>();
  if (n >= 0 && n <= steps) return n;
  return absl::InvalidArgumentError(
      absl::StrCat("seq_len_max must be in [0, ", steps, "], but is ", n));
}

template <int kVersion>
class BlockLstmKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    rule_.order = kGateOrder<kVersion>;
    if (kVersion == 1) MR_RETURN_IF_ERROR(c.GetAttr("forget_bias", &rule_.forget_bias));
    MR_RETURN_IF_ERROR(c.GetAttr("cell_clip", &rule_.cell_clip));
    return c.GetAttr("use_peephole", &rule_.peephole);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const LstmSizes s, LstmSizes::Of(c, kX, /*in_time=*/true));
    MR_ASSIGN_OR_RETURN(const int64_t length, Length(c.input(kLength), s.steps));
    MR_ASSIGN_OR_RETURN(const Shape states, Shape::Create({s.steps, s.batch, s.cells}));
    FloatOutput out[7];
    for (int i = 0; i < 7; ++i) MR_RETURN_IF_ERROR(out[i].Allocate(c, i, states));
    const FloatInput x(c.input(kX)), cs_prev(c.input(kCsPrev)), h_prev(c.input(kHPrev)),
        w(c.input(kW)), wci(c.input(kWci)), wcf(c.input(kWcf)), wco(c.input(kWco)), b(c.input(kB));
    const LstmWeights weights = {w.data(), wci.data(), wcf.data(), wco.data(), b.data()};
    std::vector<float> gates(static_cast<size_t>(4 * s.state()));
    const float *cs_before = cs_prev.data(), *h_before = h_prev.data();
    for (int64_t t = 0; t < length; ++t) {
      const int64_t at = t * s.state();
      const LstmStates to = {out[0].data() + at, out[1].data() + at, out[2].data() + at,
                             out[3].data() + at, out[4].data() + at, out[5].data() + at,
                             out[6].data() + at};
      LstmForward(c.pool(), s, rule_, weights, x.data() + t * s.batch * s.inputs, cs_before,
                  h_before, gates.data(), to);
      cs_before = to.cs;
      h_before = to.h;
    }
    for (FloatOutput& o : out) o.Store();
    return absl::OkStatus();
  }

 private:
  LstmRule rule_;
};

template <int kVersion>
class BlockLstmGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    rule_.order = kGateOrder<kVersion>;
    return c.GetAttr("use_peephole", &rule_.peephole);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const LstmSizes s, LstmSizes::Of(c, kX, /*in_time=*/true));
    MR_ASSIGN_OR_RETURN(const int64_t length, Length(c.input(kLength), s.steps));
    MR_ASSIGN_OR_RETURN(const Shape states, Shape::Create({s.steps, s.batch, s.cells}));
    for (int i = kSaved; i < c.num_inputs(); ++i) {
      if (c.input(i).shape() == states) continue;
      return absl::InvalidArgumentError(absl::StrCat("input ", i, " must have shape ",
                                                     states.ToString(), ", not ",
                                                     c.input(i).shape().ToString()));
    }
    // Outputs: by x, cs_prev, h_prev, w, wci, wcf, wco, b.
    FloatOutput out[8];
    for (int i = 0; i < 8; ++i) MR_RETURN_IF_ERROR(out[i].Allocate(c, i, c.input(kX + i).shape()));
    if (s.state() > 0) Back(c, s, length, out);
    for (FloatOutput& o : out) o.Store();
    return absl::OkStatus();
  }

 private:
  void Back(KernelContext& c, const LstmSizes& s, int64_t length, FloatOutput* out) const {
    const FloatInput x(c.input(kX)), cs_prev(c.input(kCsPrev)), h_prev(c.input(kHPrev)),
        w(c.input(kW)), wci(c.input(kWci)), wcf(c.input(kWcf)), wco(c.input(kWco)), b(c.input(kB)),
        i(c.input(kSaved)), cs(c.input(kSaved + 1)), f(c.input(kSaved + 2)), o(c.input(kSaved + 3)),
        ci(c.input(kSaved + 4)), co(c.input(kSaved + 5)), h(c.input(kSaved + 6)),
        cs_grad(c.input(kSaved + 7)), h_grad(c.input(kSaved + 8));
    const LstmWeights weights = {w.data(), wci.data(), wcf.data(), wco.data(), b.data()};
    const int64_t width = 4 * s.cells;
    std::vector<float> gates(static_cast<size_t>(s.batch * width));
    float *const d_cs = out[1].data(), *const d_h = out[2].data();
    for (int64_t t = length; t-- > 0;) {
      const int64_t at = t * s.state(), before = at - s.state(), x_at = t * s.batch * s.inputs;
      // What the step after this one gave, and what comes from outside.
      for (int64_t k = 0; k < s.state(); ++k) {
        d_cs[k] += cs_grad.data()[at + k];
        d_h[k] += h_grad.data()[at + k];
      }
      LstmBackward(s, rule_, weights,
                   {t > 0 ? cs.data() + before : cs_prev.data(), i.data() + at, cs.data() + at,
                    f.data() + at, o.data() + at, ci.data() + at, co.data() + at},
                   d_cs, d_h, {gates.data(), d_cs, out[4].data(), out[5].data(), out[6].data()});
      const float* const w_h = w.data() + s.inputs * width;
      Gemm(c.pool(), {s.batch, s.cells, width, false, true}, gates.data(), w_h, d_h);
      Gemm(c.pool(), {s.cells, width, s.batch, true, false},
           t > 0 ? h.data() + before : h_prev.data(), gates.data(),
           out[3].data() + s.inputs * width, /*accumulate=*/true);
      if (s.inputs > 0) {
        Gemm(c.pool(), {s.batch, s.inputs, width, false, true}, gates.data(), w.data(),
             out[0].data() + x_at);
        Gemm(c.pool(), {s.inputs, width, s.batch, true, false}, x.data() + x_at, gates.data(),
             out[3].data(), /*accumulate=*/true);
      }
      for (int64_t k = 0; k < s.batch * width; ++k) out[7].data()[k % width] += gates[k];
    }
  }

  LstmRule rule_;
};

absl::Status BlockShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape x, c.WithRank(kX, 3));
  MR_ASSIGN_OR_RETURN(const PartialShape b, c.WithRank(kB, 1));
  if (b.dim(0) % 4 > 0) {
    return c.Error(kB, absl::StrCat("four gates have four elements a cell, not ", b.ToString()));
  }
  const int64_t cells = b.dim(0) < 0 ? -1 : b.dim(0) / 4;
  for (int i = 0; i < c.num_outputs(); ++i)
    c.set_output(i, PartialShape::Of({x.dim(0), x.dim(1), cells}));
  return absl::OkStatus();
}

absl::Status BlockGradShape(ShapeContext& c) {
  const int ranks[] = {3, 2, 2, 2, 1, 1, 1, 1};
  for (int i = 0; i < 8; ++i) {
    MR_ASSIGN_OR_RETURN(PartialShape s, c.WithRank(kX + i, ranks[i]));
    c.set_output(i, std::move(s));
  }
  return absl::OkStatus();
}

template <int kVersion>
absl::StatusOr<Gradients> BlockGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const auto of_output = [&](int i) -> Output {
    return dy[i].valid() ? Output(dy[i]) : b.ZerosLike(op.output(i));
  };
  Outputs inputs = op.inputs();
  inputs.insert(inputs.end(), op.outputs().begin(), op.outputs().end());
  inputs.push_back(of_output(1));
  inputs.push_back(of_output(6));
  const Outputs d = b.Op(kVersion == 1 ? "BlockLSTMGrad" : "BlockLSTMGradV2", inputs,
                         CopyAttrs(op, {"use_peephole"}));
  Gradients result(1);
  result.insert(result.end(), d.begin(), d.end());
  return result;
}

Op& BlockInputs(Op& op) {
  return op.Input("seq_len_max: int64")
      .Input("x: T")
      .Input("cs_prev: T")
      .Input("h_prev: T")
      .Input("w: T")
      .Input("wci: T")
      .Input("wcf: T")
      .Input("wco: T")
      .Input("b: T");
}

template <int kVersion>
absl::Status AddForward(Registry& r) {
  Op op(kVersion == 1 ? "BlockLSTM" : "BlockLSTMV2");
  BlockInputs(op);
  for (const char* name : {"i: T", "cs: T", "f: T", "o: T", "ci: T", "co: T", "h: T"})
    op.Output(name);
  if (kVersion == 1) op.Attr("forget_bias: float = 1.0");
  return r.Add(op.Attr(kVersion == 1 ? "cell_clip: float = 3.0" : "cell_clip: float = 0.0")
                   .Attr("use_peephole: bool = false")
                   .Attr("T: {half, float}")
                   .Doc(kVersion == 1
                            ? "LSTMBlockCell over the first seq_len_max steps of x, [steps, batch, "
                              "inputs]; the outputs of the others are 0."
                            : "As BlockLSTM, with the columns of w and b in the order i, f, ci, o, "
                              "and without a forget_bias.")
                   .Shape(BlockShape)
                   .Gradient(BlockGradient<kVersion>)
                   .template Cpu<BlockLstmKernel<kVersion>>());
}

template <int kVersion>
absl::Status AddGrad(Registry& r) {
  Op op(kVersion == 1 ? "BlockLSTMGrad" : "BlockLSTMGradV2");
  BlockInputs(op);
  for (const char* name :
       {"i: T", "cs: T", "f: T", "o: T", "ci: T", "co: T", "h: T", "cs_grad: T", "h_grad: T"})
    op.Input(name);
  for (const char* name : {"x_grad: T", "cs_prev_grad: T", "h_prev_grad: T", "w_grad: T",
                           "wci_grad: T", "wcf_grad: T", "wco_grad: T", "b_grad: T"})
    op.Output(name);
  return r.Add(
      op.Attr("use_peephole: bool")
          .Attr("T: {half, float}")
          .Doc(kVersion == 1 ? "The gradient of BlockLSTM." : "The gradient of BlockLSTMV2.")
          .Shape(BlockGradShape)
          .template Cpu<BlockLstmGradKernel<kVersion>>());
}

}  // namespace

absl::Status RegisterBlockLstm(Registry& r) {
  MR_RETURN_IF_ERROR(AddForward<1>(r));
  MR_RETURN_IF_ERROR(AddForward<2>(r));
  MR_RETURN_IF_ERROR(AddGrad<1>(r));
  return AddGrad<2>(r);
}

}  // namespace millrace
