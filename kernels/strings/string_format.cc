// StringFormat: a template filled with what tensors hold.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

// The fewest digits, of two choices, that read back as the same number.
template <typename F>
std::string Digits(F value, int few, int many) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.*g", few, static_cast<double>(value));
  if (static_cast<F>(std::strtod(text, nullptr)) != value && value == value)
    std::snprintf(text, sizeof(text), "%.*g", many, static_cast<double>(value));
  return text;
}

// "?" for types that are not printed.
std::string Element(const Tensor& t, int64_t i) {
  switch (t.dtype()) {
    case DType::kString:
      return absl::StrCat("\"", absl::Utf8SafeCEscape(t.data<std::string>()[i]), "\"");
    case DType::kBool:
      return t.data<bool>()[i] ? "1" : "0";
    case DType::kFloat:
      return Digits(t.data<float>()[i], 6, 9);
    case DType::kDouble:
      return Digits(t.data<double>()[i], 15, 17);
    case DType::kHalf:
      return Digits(static_cast<float>(t.data<half>()[i]), 6, 9);
    case DType::kBFloat16:
      return Digits(static_cast<float>(t.data<bfloat16>()[i]), 6, 9);
    case DType::kUInt64:
      return absl::StrCat(t.data<uint64_t>()[i]);
    case DType::kInt8:
    case DType::kQInt8:
      return absl::StrCat(static_cast<int>(t.data<int8_t>()[i]));
    case DType::kUInt8:
    case DType::kQUInt8:
      return absl::StrCat(static_cast<int>(t.data<uint8_t>()[i]));
    case DType::kInt16:
    case DType::kQInt16:
      return absl::StrCat(t.data<int16_t>()[i]);
    case DType::kUInt16:
    case DType::kQUInt16:
      return absl::StrCat(t.data<uint16_t>()[i]);
    case DType::kInt32:
    case DType::kQInt32:
      return absl::StrCat(t.data<int32_t>()[i]);
    case DType::kUInt32:
      return absl::StrCat(t.data<uint32_t>()[i]);
    case DType::kInt64:
      return absl::StrCat(t.data<int64_t>()[i]);
    default:
      return "?";
  }
}

// Rows in brackets, with `ends` elements shown at both ends of each dimension.
class Printer {
 public:
  Printer(const Tensor& t, int64_t ends) : t_(t), ends_(ends) {}

  std::string Text() {
    Append(0, 0);
    return std::move(text_);
  }

 private:
  void Append(int dimension, int64_t at) {
    if (dimension == t_.rank()) {
      absl::StrAppend(&text_, Element(t_, at));
      return;
    }
    const int64_t n = t_.dim(dimension);
    int64_t inner = 1;
    for (int d = dimension + 1; d < t_.rank(); ++d) inner *= t_.dim(d);
    const bool cut = ends_ >= 0 && n > 2 * ends_;
    text_ += "[";
    for (int64_t i = 0; i < n; ++i) {
      if (cut && i == ends_) {
        Space(dimension);
        text_ += "...";
        i = n - ends_ - 1;
        continue;
      }
      if (i > 0) Space(dimension);
      Append(dimension + 1, at + i * inner);
    }
    text_ += "]";
  }
  void Space(int dimension) {
    if (dimension == t_.rank() - 1) {
      text_ += " ";
      return;
    }
    text_.append(t_.rank() - dimension - 1, '\n');
    text_.append(dimension + 1, ' ');
  }

  const Tensor& t_;
  const int64_t ends_;
  std::string text_;
};

class StringFormatKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string form, placeholder;
    MR_RETURN_IF_ERROR(c.GetAttr("template", &form));
    MR_RETURN_IF_ERROR(c.GetAttr("placeholder", &placeholder));
    MR_RETURN_IF_ERROR(c.GetAttr("summarize", &summarize_));
    pieces_ = absl::StrSplit(form, absl::ByString(placeholder));
    const int places = static_cast<int>(pieces_.size()) - 1;
    if (places == c.num_inputs()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("num placeholders in template and num inputs must match: ", places, " vs. ",
                     c.num_inputs()));
  }
  absl::Status Compute(KernelContext& c) override {
    std::string text = pieces_[0];
    for (int i = 0; i < c.num_inputs(); ++i)
      absl::StrAppend(&text, Printer(c.input(i), summarize_).Text(), pieces_[i + 1]);
    c.set_output(0, Tensor::Scalar(std::move(text)));
    return absl::OkStatus();
  }

 private:
  std::vector<std::string> pieces_;
  int64_t summarize_ = 3;
};

}  // namespace

absl::Status RegisterStringFormat(Registry& r) {
  return r.Add(Op("StringFormat")
                   .Input("inputs: T")
                   .Output("output: string")
                   .Attr("T: list(type) >= 0")
                   .Attr("template: string = '%s'")
                   .Attr("placeholder: string = '%s'")
                   .Attr("summarize: int = 3")
                   .Doc("`template` with each `placeholder` replaced by what the next input holds: "
                        "`summarize` elements at both ends of each dimension, all if negative.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<StringFormatKernel>());
}

}  // namespace millrace
