// RaggedGather: rows of a ragged tensor.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/math/integer_at.h"
#include "kernels/ragged/ragged_splits.h"

namespace millrace {
namespace {

class RaggedGatherKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const int levels = c.num_inputs() - 2;
    const Tensor &values = c.input(levels), &indices = c.input(levels + 1);
    if (values.rank() < 1)
      return absl::InvalidArgumentError("params_dense_values must be at least rank 1");
    MR_RETURN_IF_ERROR(CheckSplits(c, 0, levels, values.dim(0), /*whole=*/false));
    if (c.num_outputs() - 1 != indices.rank() + levels - 1) {
      return absl::InvalidArgumentError(absl::StrCat("OUTPUT_RAGGED_RANK must be ",
                                                     indices.rank() + levels - 1, ", not ",
                                                     c.num_outputs() - 1));
    }
    const int64_t rows = c.input(0).dim(0) - 1;
    std::vector<Span> spans;  // of the level at hand, in the order of the result
    for (int64_t i = 0; i < indices.num_elements(); ++i) {
      const int64_t row = IntegerAt(indices, i);
      if (row < 0 || row >= rows) {
        return absl::InvalidArgumentError(
            absl::StrCat("indices[", i, "] = ", row, " is not in [0, ", rows, ")"));
      }
      spans.push_back({row, row + 1});
    }
    int output = 0;
    // The dimensions of `indices` but the last are rows of one length.
    int64_t count = 1;
    for (int d = 0; d + 1 < indices.rank(); ++d) {
      count *= indices.dim(d);
      MR_ASSIGN_OR_RETURN(Tensor splits, Tensor::Create(c.output_type(output), Shape({count + 1})));
      for (int64_t i = 0; i <= count; ++i) SetIntegerAt(&splits, i, i * indices.dim(d + 1));
      c.set_output(output++, std::move(splits));
    }
    for (int level = 0; level < levels; ++level) {
      std::vector<int64_t> ends = {0};
      std::vector<Span> inner;
      for (const Span& s : spans) {
        for (int64_t row = s.begin; row < s.end; ++row) {
          const Span in = {IntegerAt(c.input(level), row), IntegerAt(c.input(level), row + 1)};
          ends.push_back(ends.back() + in.end - in.begin);
          inner.push_back(in);
        }
      }
      // With scalar indices the first level is taken away.
      if (level > 0 || indices.rank() > 0) {
        const int64_t n = static_cast<int64_t>(ends.size());
        MR_ASSIGN_OR_RETURN(Tensor splits, Tensor::Create(c.output_type(output), Shape({n})));
        for (int64_t i = 0; i < n; ++i) SetIntegerAt(&splits, i, ends[i]);
        c.set_output(output++, std::move(splits));
      }
      spans = std::move(inner);
    }
    return StoreValues(c, spans, values, output);
  }

 private:
  struct Span {
    int64_t begin, end;
  };

  static absl::Status StoreValues(KernelContext& c, const std::vector<Span>& spans,
                                  const Tensor& values, int output) {
    Shape shape = values.shape();
    int64_t total = 0, row = 1;
    for (const Span& s : spans) total += s.end - s.begin;
    for (int d = 1; d < values.rank(); ++d) row *= values.dim(d);
    MR_RETURN_IF_ERROR(shape.SetDim(0, total));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(output, shape, &out));
    int64_t at = 0;
    for (const Span& s : spans) {
      const int64_t n = (s.end - s.begin) * row;
      CopyElements(values.dtype(), ElementAt(values, s.begin * row), MutableElementAt(*out, at), n);
      at += n;
    }
    return absl::OkStatus();
  }
};

// The gradient of the values is sparse: each row of the result says which of them it was.
absl::StatusOr<Gradients> RaggedGatherGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const int levels = op.num_inputs() - 2;
  Gradients result(op.num_inputs());
  if (!dy.back().valid()) return result;
  // Where the values of each row of the outermost dimension begin and end.
  Output splits = op.input(0);
  for (int level = 1; level < levels; ++level) splits = b.Gather(op.input(level), splits);
  const Output rows = b.Reshape(op.input(levels + 1), b.Ints({-1}));
  const Output begins = b.Gather(splits, rows);
  const Output ends = b.Gather(b.Slice(splits, b.Ints({1}), b.Ints({-1})), rows);
  const Outputs places =
      b.Op("RaggedRange", {begins, ends, b.ScalarLike(begins, 1)}, {{"Tsplits", b.dtype(splits)}});
  if (!b.ok()) return b.status();
  result[levels] = Gradient::Sparse(dy.back(), places[1], b.Shape(op.input(levels)));
  return result;
}

}  // namespace

absl::Status RegisterRaggedGather(Registry& r) {
  return r.Add(Op("RaggedGather")
                   .Input("params_nested_splits: PARAMS_RAGGED_RANK * Tsplits")
                   .Input("params_dense_values: Tvalues")
                   .Input("indices: Tindices")
                   .Output("output_nested_splits: OUTPUT_RAGGED_RANK * Tsplits")
                   .Output("output_dense_values: Tvalues")
                   .Attr("Tvalues: type")
                   .Attr("Tindices: {int32, int64}")
                   .Attr("Tsplits: {int32, int64} = DT_INT64")
                   .Attr("PARAMS_RAGGED_RANK: int >= 1")
                   .Attr("OUTPUT_RAGGED_RANK: int >= 0")
                   .Doc("The rows of a ragged tensor at `indices`, with the dimensions of "
                        "`indices` in front.")
                   .Shape(UnknownOutputs)
                   .Gradient(RaggedGatherGradient)
                   .Cpu<RaggedGatherKernel>());
}

}  // namespace millrace
