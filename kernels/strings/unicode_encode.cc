// UnicodeEncode, UnicodeTranscode: strings out of code points, or out of another encoding.
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/strings/string_map.h"
#include "kernels/strings/unicode_codec.h"

namespace millrace {
namespace {

template <typename Splits>
class UnicodeEncodeKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string encoding;
    MR_RETURN_IF_ERROR(c.GetAttr("output_encoding", &encoding));
    MR_RETURN_IF_ERROR(errors_.Read(c));
    MR_ASSIGN_OR_RETURN(encoding_, TextEncodingFromName(encoding));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).rank() != 1 || c.input(1).rank() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("Both the input_values and input_splits should be of rank 1, not ",
                       c.input(0).rank(), " and ", c.input(1).rank()));
    }
    const auto codes = c.input(0).flat<int32_t>();
    const auto splits = c.input(1).flat<Splits>();
    MR_RETURN_IF_ERROR(CheckSplits(c.input(1), static_cast<int64_t>(codes.size())));
    Tensor* out;
    const int64_t rows = static_cast<int64_t>(splits.size()) - 1;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({rows}), &out));
    for (int64_t i = 0; i < rows; ++i) {
      std::string& text = out->mutable_data<std::string>()[i];
      for (Splits k = splits[i]; k < splits[i + 1]; ++k) {
        MR_RETURN_IF_ERROR(Append(codes[static_cast<size_t>(k)], &text));
      }
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status CheckSplits(const Tensor& t, int64_t values) {
    const auto splits = t.flat<Splits>();
    if (splits.empty()) return absl::InvalidArgumentError("input_splits should contain elements");
    if (splits.front() != 0)
      return absl::InvalidArgumentError("First value in input_splits must be zero");
    if (splits.back() != values) {
      return absl::InvalidArgumentError(absl::StrCat("Last value in input_splits must be ", values,
                                                     ", the number of input_values, not ",
                                                     splits.back()));
    }
    for (size_t i = 1; i < splits.size(); ++i) {
      if (splits[i] < splits[i - 1]) {
        return absl::InvalidArgumentError(
            absl::StrCat("Values in input_splits must be equal or in ascending order, but ",
                         splits[i], " follows ", splits[i - 1]));
      }
    }
    return absl::OkStatus();
  }
  absl::Status Append(int32_t code, std::string* text) const {
    if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
      if (errors_.how == UnicodeErrors::How::kIgnore) return absl::OkStatus();
      if (errors_.how == UnicodeErrors::How::kStrict) {
        return absl::InvalidArgumentError(
            absl::StrCat("Code point ", code, " is out of range for Unicode, or is a surrogate."));
      }
      code = errors_.replacement;
    }
    AppendCodePoint(encoding_, code, text);
    return absl::OkStatus();
  }

  TextEncoding encoding_ = TextEncoding::kUtf8;
  UnicodeErrors errors_;
};

class UnicodeTranscodeKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string from, to;
    MR_RETURN_IF_ERROR(c.GetAttr("input_encoding", &from));
    MR_RETURN_IF_ERROR(c.GetAttr("output_encoding", &to));
    MR_RETURN_IF_ERROR(errors_.Read(c));
    MR_ASSIGN_OR_RETURN(from_, TextEncodingFromName(from));
    MR_ASSIGN_OR_RETURN(to_, TextEncodingFromName(to));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    return MapStrings<std::string>(c, [this](const std::string& s, std::string* out) {
      absl::Status status;
      DecodeText(from_, s, [&](const DecodedChar& decoded) {
        int32_t code;
        const absl::StatusOr<bool> keep = errors_.Apply(decoded, &code);
        if (!keep.ok()) {
          if (status.ok()) status = keep.status();
        } else if (*keep) {
          AppendCodePoint(to_, code, out);
        }
      });
      return status;
    });
  }

 private:
  TextEncoding from_ = TextEncoding::kUtf8, to_ = TextEncoding::kUtf8;
  UnicodeErrors errors_;
};

absl::Status UnicodeEncodeShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 1).status());
  MR_ASSIGN_OR_RETURN(const PartialShape splits, c.WithRank(1, 1));
  const int64_t n = splits.dim(0);
  if (n == 0) return c.Error(1, "must not be empty");
  c.set_output(0, PartialShape::Of({n < 0 ? PartialShape::kUnknownDim : n - 1}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterUnicodeEncode(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("UnicodeEncode")
                               .Input("input_values: int32")
                               .Input("input_splits: Tsplits")
                               .Output("output: string")
                               .Attr("errors: {'ignore', 'replace', 'strict'} = 'replace'")
                               .Attr("output_encoding: {'UTF-8', 'UTF-16-BE', 'UTF-32-BE'}")
                               .Attr("replacement_char: int = 65533")
                               .Attr("Tsplits: {int32, int64} = DT_INT64")
                               .Doc("A string of each row of a ragged tensor of code points.")
                               .Shape(UnicodeEncodeShape)
                               .NotDifferentiable()
                               .CpuFor<UnicodeEncodeKernel, int32_t, int64_t>("Tsplits")));
  return r.Add(Op("UnicodeTranscode")
                   .Input("input: string")
                   .Output("output: string")
                   .Attr("input_encoding: string")
                   .Attr("output_encoding: {'UTF-8', 'UTF-16-BE', 'UTF-32-BE'}")
                   .Attr("errors: {'strict', 'replace', 'ignore'} = 'replace'")
                   .Attr("replacement_char: int = 65533")
                   .Attr("replace_control_characters: bool = false")
                   .Doc("Each string in another encoding.")
                   .Shape(SameAsInput0)
                   .NotDifferentiable()
                   .Cpu<UnicodeTranscodeKernel>());
}

}  // namespace millrace
