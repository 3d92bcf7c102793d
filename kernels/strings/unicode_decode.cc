// UnicodeDecode, UnicodeDecodeWithOffsets: strings as ragged rows of code points.
#include <vector>

#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/strings/unicode_codec.h"

namespace millrace {
namespace {

template <typename Splits>
class UnicodeDecodeKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string encoding;
    MR_RETURN_IF_ERROR(c.GetAttr("input_encoding", &encoding));
    MR_RETURN_IF_ERROR(errors_.Read(c));
    MR_ASSIGN_OR_RETURN(encoding_, TextEncodingFromName(encoding));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    const auto strings = c.input(0).flat<std::string>();
    std::vector<Splits> splits = {0};
    std::vector<int32_t> codes;
    std::vector<int64_t> starts;
    absl::Status status;
    for (const std::string& s : strings) {
      DecodeText(encoding_, s, [&](const DecodedChar& decoded) {
        int32_t code;
        const absl::StatusOr<bool> keep = errors_.Apply(decoded, &code);
        if (!keep.ok()) {
          if (status.ok()) status = keep.status();
        } else if (*keep) {
          codes.push_back(code);
          starts.push_back(decoded.begin);
        }
      });
      MR_RETURN_IF_ERROR(status);
      splits.push_back(static_cast<Splits>(codes.size()));
    }
    if (codes.size() > static_cast<size_t>(std::numeric_limits<Splits>::max()))
      return absl::InvalidArgumentError("the row splits do not fit their type");
    c.set_output(0, Tensor::Vector<Splits>(splits));
    c.set_output(1, Tensor::Vector<int32_t>(codes));
    if (c.num_outputs() > 2) c.set_output(2, Tensor::Vector<int64_t>(starts));
    return absl::OkStatus();
  }

 private:
  TextEncoding encoding_ = TextEncoding::kUtf8;
  UnicodeErrors errors_;
};

absl::Status UnicodeDecodeShape(ShapeContext& c) {
  const int64_t n = c.input(0).known_rank() ? c.input(0).num_elements() : -1;
  c.set_output(0, PartialShape::Of({n < 0 ? PartialShape::kUnknownDim : n + 1}));
  for (int i = 1; i < c.num_outputs(); ++i) c.set_output(i, PartialShape::UnknownOfRank(1));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterUnicodeDecode(Registry& r) {
  for (const bool offsets : {false, true}) {
    Op op(offsets ? "UnicodeDecodeWithOffsets" : "UnicodeDecode");
    op.Input("input: string").Output("row_splits: Tsplits").Output("char_values: int32");
    if (offsets) op.Output("char_to_byte_starts: int64");
    op.Attr("input_encoding: string")
        .Attr("errors: {'strict', 'replace', 'ignore'} = 'replace'")
        .Attr("replacement_char: int = 65533")
        .Attr("replace_control_characters: bool = false")
        .Attr("Tsplits: {int32, int64} = DT_INT64")
        .Doc(offsets ? "The code points of each string, as a ragged tensor, and the byte at which "
                       "each begins."
                     : "The code points of each string, as a ragged tensor.")
        .Shape(UnicodeDecodeShape)
        .NotDifferentiable()
        .CpuFor<UnicodeDecodeKernel, int32_t, int64_t>("Tsplits");
    MR_RETURN_IF_ERROR(r.Add(op));
  }
  return absl::OkStatus();
}

}  // namespace millrace
