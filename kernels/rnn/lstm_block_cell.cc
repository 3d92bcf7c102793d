// LSTMBlockCell, LSTMBlockCellGrad: one step of an LSTM.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/nn/window.h"
#include "kernels/rnn/float_memory.h"
#include "kernels/rnn/lstm_cell.h"

namespace millrace {
namespace {

// Inputs.
enum : int { kX, kCsPrev, kHPrev, kW, kWci, kWcf, kWco, kB, kSaved };

class LstmBlockCellKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("forget_bias", &rule_.forget_bias));
    MR_RETURN_IF_ERROR(c.GetAttr("cell_clip", &rule_.cell_clip));
    return c.GetAttr("use_peephole", &rule_.peephole);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const LstmSizes sizes, LstmSizes::Of(c, kX, /*in_time=*/false));
    FloatOutput out[7];
    for (int i = 0; i < 7; ++i)
      MR_RETURN_IF_ERROR(out[i].Allocate(c, i, Shape({sizes.batch, sizes.cells})));
    const FloatInput x(c.input(kX)), cs_prev(c.input(kCsPrev)), h_prev(c.input(kHPrev)),
        w(c.input(kW)), wci(c.input(kWci)), wcf(c.input(kWcf)), wco(c.input(kWco)), b(c.input(kB));
    std::vector<float> gates(static_cast<size_t>(4 * sizes.state()));
    LstmForward(c.pool(), sizes, rule_, {w.data(), wci.data(), wcf.data(), wco.data(), b.data()},
                x.data(), cs_prev.data(), h_prev.data(), gates.data(),
                {out[0].data(), out[1].data(), out[2].data(), out[3].data(), out[4].data(),
                 out[5].data(), out[6].data()});
    for (FloatOutput& o : out) o.Store();
    return absl::OkStatus();
  }

 private:
  LstmRule rule_;
};

// The states of the step forward, i, cs, f, o, ci, co, and the gradients by cs and h.
class LstmBlockCellGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("use_peephole", &rule_.peephole);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const LstmSizes sizes, LstmSizes::Of(c, kX, /*in_time=*/false));
    const Shape state({sizes.batch, sizes.cells}), cells({sizes.cells});
    for (int i = kSaved; i < c.num_inputs(); ++i) {
      if (c.input(i).shape() == state) continue;
      return absl::InvalidArgumentError(absl::StrCat("input ", i, " must have cs_prev's shape, ",
                                                     state.ToString(), ", not ",
                                                     c.input(i).shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const Shape gates, Shape::Create({sizes.batch, c.input(kB).dim(0)}));
    FloatOutput out[5];
    MR_RETURN_IF_ERROR(out[0].Allocate(c, 0, state));
    MR_RETURN_IF_ERROR(out[1].Allocate(c, 1, gates));
    for (int i = 2; i < 5; ++i) MR_RETURN_IF_ERROR(out[i].Allocate(c, i, cells));
    const FloatInput cs_prev(c.input(kCsPrev)), w(c.input(kW)), wci(c.input(kWci)),
        wcf(c.input(kWcf)), wco(c.input(kWco)), b(c.input(kB)), i(c.input(kSaved)),
        cs(c.input(kSaved + 1)), f(c.input(kSaved + 2)), o(c.input(kSaved + 3)),
        ci(c.input(kSaved + 4)), co(c.input(kSaved + 5)), cs_grad(c.input(kSaved + 6)),
        h_grad(c.input(kSaved + 7));
    LstmBackward(sizes, rule_, {w.data(), wci.data(), wcf.data(), wco.data(), b.data()},
                 {cs_prev.data(), i.data(), cs.data(), f.data(), o.data(), ci.data(), co.data()},
                 cs_grad.data(), h_grad.data(),
                 {out[1].data(), out[0].data(), out[2].data(), out[3].data(), out[4].data()});
    for (FloatOutput& each : out) each.Store();
    return absl::OkStatus();
  }

 private:
  LstmRule rule_;
};

absl::Status CellShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape x, c.WithRank(kX, 2));
  MR_ASSIGN_OR_RETURN(const PartialShape cs_prev, c.WithRank(kCsPrev, 2));
  for (int i = 0; i < c.num_outputs(); ++i)
    c.set_output(i, PartialShape::Of({x.dim(0), cs_prev.dim(1)}));
  return absl::OkStatus();
}

absl::Status CellGradShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(CellShape(c));
  const PartialShape state = c.output(0);
  MR_ASSIGN_OR_RETURN(const PartialShape b, c.WithRank(kB, 1));
  c.set_output(1, PartialShape::Of({state.dim(0), b.dim(0)}));
  for (int i = 2; i < 5; ++i) c.set_output(i, PartialShape::Of({state.dim(1)}));
  return absl::OkStatus();
}

// From cs and h to the inputs; the sums of the gates are x and h_prev times w.
absl::StatusOr<Gradients> CellGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const auto of_output = [&](int i) -> Output {
    return dy[i].valid() ? Output(dy[i]) : b.ZerosLike(op.output(i));
  };
  Outputs inputs = op.inputs();
  for (int i = 0; i < 6; ++i) inputs.push_back(op.output(i));
  inputs.push_back(of_output(1));
  inputs.push_back(of_output(6));
  const Outputs d = b.Op("LSTMBlockCellGrad", inputs, CopyAttrs(op, {"use_peephole"}));
  if (d.size() != 5) return b.status();
  const Output gates = d[1], x = op.input(kX), h_prev = op.input(kHPrev);
  const Output both = b.MatMul(gates, op.input(kW), false, true);
  const Outputs parts =
      b.Op("SplitV",
           {both, b.Pack({b.Gather(b.Shape(x), b.Scalar<int32_t>(1)), b.Scalar<int32_t>(-1)}),
            b.Scalar<int32_t>(1)},
           {{"num_split", int64_t{2}}});
  if (parts.size() != 2) return b.status();
  const Output d_w = b.MatMul(b.Concat({x, h_prev}, b.Scalar<int32_t>(1)), gates, true);
  return Gradients{parts[0], d[0], parts[1], d_w, d[2], d[3], d[4], b.Sum(gates, {0})};
}

Op& CellInputs(Op& op) {
  return op.Input("x: T")
      .Input("cs_prev: T")
      .Input("h_prev: T")
      .Input("w: T")
      .Input("wci: T")
      .Input("wcf: T")
      .Input("wco: T")
      .Input("b: T");
}

}  // namespace

absl::Status RegisterLstmBlockCell(Registry& r) {
  Op cell("LSTMBlockCell");
  MR_RETURN_IF_ERROR(
      r.Add(CellInputs(cell)
                .Output("i: T")
                .Output("cs: T")
                .Output("f: T")
                .Output("o: T")
                .Output("ci: T")
                .Output("co: T")
                .Output("h: T")
                .Attr("forget_bias: float = 1.0")
                .Attr("cell_clip: float = 3.0")
                .Attr("use_peephole: bool = false")
                .Attr("T: {half, float}")
                .Doc("One step of an LSTM: the gates i, f and o, the cell's input ci, its state cs "
                     "(kept within cell_clip where that is positive), its tanh co, and the output "
                     "h. The columns of w and b are those of i, ci, f, o.")
                .Shape(CellShape)
                .Gradient(CellGradient)
                .Cpu<LstmBlockCellKernel>()));
  Op grad("LSTMBlockCellGrad");
  return r.Add(CellInputs(grad)
                   .Input("i: T")
                   .Input("cs: T")
                   .Input("f: T")
                   .Input("o: T")
                   .Input("ci: T")
                   .Input("co: T")
                   .Input("cs_grad: T")
                   .Input("h_grad: T")
                   .Output("cs_prev_grad: T")
                   .Output("dicfo: T")
                   .Output("wci_grad: T")
                   .Output("wcf_grad: T")
                   .Output("wco_grad: T")
                   .Attr("use_peephole: bool")
                   .Attr("T: {half, float}")
                   .Doc("The gradient of LSTMBlockCell by cs_prev, by the sums before the gates, "
                        "and by the peepholes.")
                   .Shape(CellGradShape)
                   .Cpu<LstmBlockCellGradKernel>());
}

}  // namespace millrace
