// AsString, StringToNumber: between numbers and text.
#include <cmath>
#include <complex>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/strings/string_map.h"

namespace millrace {
namespace {

// The printf conversion that the attributes describe.
struct Format {
  int precision = -1, width = -1;
  char conversion = 'f';  // of a floating-point number
  std::string flags;      // at most one

  std::string Of(double v) const { return Print(conversion, v); }
  std::string Of(int64_t v) const { return Pad(absl::StrCat(v)); }
  std::string Of(uint64_t v) const { return Pad(absl::StrCat(v)); }
  std::string Of(bool v) const { return v ? "true" : "false"; }
  std::string Of(const std::string& v) const {
    if (static_cast<int64_t>(v.size()) >= width) return v;
    const std::string spaces(static_cast<size_t>(width) - v.size(), ' ');
    return flags == "-" ? v + spaces : spaces + v;
  }

 private:
  std::string Print(char how, double v) const {
    const std::string digits = precision < 0 ? PrintPlain(how, v) : PrintPrecise(how, v);
    return Pad(digits);
  }
  static std::string PrintPlain(char how, double v) {
    return how == 'e'   ? absl::StrFormat("%e", v)
           : how == 'g' ? absl::StrFormat("%g", v)
                        : absl::StrFormat("%f", v);
  }
  std::string PrintPrecise(char how, double v) const {
    return how == 'e'   ? absl::StrFormat("%.*e", precision, v)
           : how == 'g' ? absl::StrFormat("%.*g", precision, v)
                        : absl::StrFormat("%.*f", precision, v);
  }
  // To the width, as printf does for the flag.
  std::string Pad(std::string s) const {
    if (flags == "+" && !s.empty() && s[0] != '-') s.insert(0, "+");
    if (flags == " " && !s.empty() && s[0] != '-') s.insert(0, " ");
    if (static_cast<int>(s.size()) >= width) return s;
    const size_t missing = static_cast<size_t>(width) - s.size();
    if (flags == "-") return s + std::string(missing, ' ');
    const bool sign = !s.empty() && (s[0] == '-' || s[0] == '+');
    const bool digits = s.size() > sign && absl::ascii_isdigit(s[sign]);  // not inf or nan
    if (flags != "0" || !digits) return std::string(missing, ' ') + s;
    return s.insert(sign ? 1 : 0, std::string(missing, '0'));
  }
};

template <typename T>
std::string ToString(const Format& format, const T& v) {
  if constexpr (std::is_same_v<T, bool>)
    return format.Of(v);
  else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>)
    return format.Of(static_cast<int64_t>(v));
  else if constexpr (std::is_integral_v<T>)
    return format.Of(static_cast<uint64_t>(v));
  else if constexpr (std::is_same_v<T, std::string>)
    return format.Of(v);
  else if constexpr (std::is_same_v<T, std::complex<float>> ||
                     std::is_same_v<T, std::complex<double>>) {
    return absl::StrCat("(", format.Of(static_cast<double>(v.real())), ",",
                        format.Of(static_cast<double>(v.imag())), ")");
  } else {
    return format.Of(static_cast<double>(v));
  }
}

template <typename T>
class AsStringKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    bool scientific, shortest;
    MR_RETURN_IF_ERROR(c.GetAttr("precision", &format_.precision));
    MR_RETURN_IF_ERROR(c.GetAttr("width", &format_.width));
    MR_RETURN_IF_ERROR(c.GetAttr("fill", &format_.flags));
    MR_RETURN_IF_ERROR(c.GetAttr("scientific", &scientific));
    MR_RETURN_IF_ERROR(c.GetAttr("shortest", &shortest));
    const DType dtype = c.input_type(0);
    // Of a string only the width counts.
    const bool takes_all = IsFloating(dtype) || IsComplex(dtype) || dtype == DType::kString;
    if (format_.flags.size() > 1)
      return absl::InvalidArgumentError("Fill string must be one or fewer characters");
    if (!format_.flags.empty() && std::string(" +-0#").find(format_.flags) == std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("Fill argument not supported: \"", format_.flags, "\""));
    }
    if (!takes_all && (scientific || shortest)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "scientific and shortest format not supported for datatype ", DTypeName(dtype)));
    }
    if (!takes_all && format_.precision > -1) {
      return absl::InvalidArgumentError(
          absl::StrCat("precision not supported for datatype ", DTypeName(dtype)));
    }
    if (scientific && shortest)
      return absl::InvalidArgumentError("Cannot select both scientific and shortest notation");
    constexpr int kMost = 1000;  // characters; a number has no use for more
    if (format_.width > kMost || format_.precision > kMost) {
      return absl::InvalidArgumentError(
          absl::StrCat("width and precision must be at most ", kMost));
    }
    format_.conversion = scientific ? 'e' : shortest ? 'g' : 'f';
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, in.shape(), &out));
    for (int64_t i = 0; i < in.num_elements(); ++i) {
      out->mutable_data<std::string>()[i] = ToString(format_, in.data<T>()[i]);
    }
    return absl::OkStatus();
  }

 private:
  Format format_;
};

bool Parse(absl::string_view text, float* v) { return absl::SimpleAtof(text, v); }
bool Parse(absl::string_view text, double* v) { return absl::SimpleAtod(text, v); }
template <typename T>
bool Parse(absl::string_view text, T* v) {
  return absl::SimpleAtoi(text, v);
}

template <typename T>
class StringToNumberKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    return MapStrings<T>(c, [](const std::string& s, T* out) {
      if (Parse(s, out)) return absl::OkStatus();
      return absl::InvalidArgumentError(
          absl::StrCat("StringToNumberOp could not correctly convert string: ", s));
    });
  }
};

}  // namespace

absl::Status RegisterAsString(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("AsString")
                .Input("input: T")
                .Output("output: string")
                .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
                      "half, uint32, uint64, complex64, complex128, bool, variant, string}")
                .Attr("precision: int = -1")
                .Attr("scientific: bool = false")
                .Attr("shortest: bool = false")
                .Attr("width: int = -1")
                .Attr("fill: string = ''")
                .Doc("Each element as text, as printf would print it.")
                .Shape(SameAsInput0)
                .NotDifferentiable()
                .Cpu<AsStringKernel, float, double, int32_t, uint8_t, int16_t, int8_t, int64_t,
                     bfloat16, uint16_t, half, uint32_t, uint64_t, std::complex<float>,
                     std::complex<double>, bool, std::string>()));
  return r.Add(
      Op("StringToNumber")
          .Input("string_tensor: string")
          .Output("output: out_type")
          .Attr("out_type: {float, double, int32, int64, uint32, uint64} = DT_FLOAT")
          .Doc("Each string as a number.")
          .Shape(SameAsInput0)
          .NotDifferentiable()
          .CpuFor<StringToNumberKernel, float, double, int32_t, int64_t, uint32_t, uint64_t>(
              "out_type"));
}

}  // namespace millrace
