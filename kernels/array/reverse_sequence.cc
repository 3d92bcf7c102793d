// ReverseSequence.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"

namespace millrace {
namespace {

class ReverseSequenceKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("seq_dim", &seq_));
    return c.GetAttr("batch_dim", &batch_);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &x = c.input(0), &lengths = c.input(1);
    if (seq_ == batch_ || seq_ < 0 || batch_ < 0 || seq_ >= x.rank() || batch_ >= x.rank()) {
      return absl::InvalidArgumentError(
          absl::StrCat("batch_dim == seq_dim, or one of them is outside ", x.shape().ToString(),
                       ": ", batch_, " and ", seq_));
    }
    const int seq = static_cast<int>(seq_), batch = static_cast<int>(batch_);
    if (lengths.rank() != 1 || lengths.dim(0) != x.dim(batch)) {
      return absl::InvalidArgumentError(absl::StrCat("Length of seq_lengths != input.dims(", batch,
                                                     "), (", lengths.shape().ToString(), " vs. ",
                                                     x.dim(batch), ")"));
    }
    std::vector<int64_t> length;
    for (int64_t i = 0; i < lengths.dim(0); ++i) {
      length.push_back(lengths.dtype() == DType::kInt32 ? lengths.data<int32_t>()[i]
                                                        : lengths.data<int64_t>()[i]);
      if (length[i] >= 0 && length[i] <= x.dim(seq)) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("seq_lens(", i, ") = ", length[i], " is outside [0, ", x.dim(seq), "]"));
    }
    Tensor* y;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &y));
    DimVector stride(x.rank(), 1);
    for (int d = x.rank() - 2; d >= 0; --d) stride[d] = stride[d + 1] * x.dim(d + 1);
    const int64_t inner = stride[std::max(seq, batch)];  // moves as one
    for (int64_t i = 0; i < x.num_elements(); i += inner) {
      const int64_t s = i / stride[seq] % x.dim(seq), n = length[i / stride[batch] % x.dim(batch)];
      const int64_t from = s < n ? i + (n - 1 - 2 * s) * stride[seq] : i;
      CopyElements(x.dtype(), ElementAt(x, from), MutableElementAt(*y, i), inner);
    }
    return absl::OkStatus();
  }

 private:
  int64_t seq_ = 0, batch_ = 0;
};

absl::Status ReverseSequenceShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  int64_t seq, batch;
  MR_RETURN_IF_ERROR(c.GetAttr("seq_dim", &seq));
  MR_RETURN_IF_ERROR(c.GetAttr("batch_dim", &batch));
  const PartialShape& x = c.input(0);
  if (x.known_rank() && (batch >= x.rank() || seq >= x.rank()))
    return c.Error(0, absl::StrCat("batch_dim and seq_dim must be < the rank of ", x.ToString()));
  c.set_output(0, x);
  return absl::OkStatus();
}

absl::StatusOr<Gradients> ReverseSequenceGradient(Builder& b, const OpView& op,
                                                  const Gradients& dy) {
  return Gradients{b.Op1("ReverseSequence", {dy[0], op.input(1)},
                         {{"seq_dim", op.attr<int64_t>("seq_dim")},
                          {"batch_dim", op.attr<int64_t>("batch_dim")}}),
                   Gradient()};
}

}  // namespace

absl::Status RegisterReverseSequence(Registry& r) {
  return r.Add(
      Op("ReverseSequence")
          .Input("input: T")
          .Input("seq_lengths: Tlen")
          .Output("output: T")
          .Attr("seq_dim: int")
          .Attr("batch_dim: int = 0")
          .Attr("T: type")
          .Attr("Tlen: {int32, int64} = DT_INT64")
          .Doc(
              "The first seq_lengths[i] slices along seq_dim in reverse order, for each place i of "
              "batch_dim.")
          .Shape(ReverseSequenceShape)
          .Gradient(ReverseSequenceGradient)
          .Cpu<ReverseSequenceKernel>());
}

}  // namespace millrace
