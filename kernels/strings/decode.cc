// EncodeBase64, DecodeBase64, DecodeRaw: bytes in text, numbers in bytes.
#include <algorithm>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/strip.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/strings/string_map.h"

namespace millrace {
namespace {

// The web-safe alphabet, as TensorFlow writes and reads it.
class EncodeBase64Kernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("pad", &pad_); }
  absl::Status Compute(KernelContext& c) override {
    return MapStrings<std::string>(c, [&](const std::string& s, std::string* out) {
      absl::WebSafeBase64Escape(s, out);
      while (pad_ && out->size() % 4 != 0) out->push_back('=');
      return absl::OkStatus();
    });
  }

 private:
  bool pad_;
};

class DecodeBase64Kernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    return MapStrings<std::string>(c, [](const std::string& s, std::string* out) {
      const bool has_space =
          std::any_of(s.begin(), s.end(), [](unsigned char ch) { return ch <= ' '; });
      if (has_space || !absl::WebSafeBase64Unescape(s, out)) {
        return absl::InvalidArgumentError("Invalid character found in base64.");
      }
      return absl::OkStatus();
    });
  }
};

class DecodeRawKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("little_endian", &little_endian_);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    const auto strings = in.flat<std::string>();
    const size_t width = DTypeSize(c.output_type(0)),
                 bytes = strings.empty() ? 0 : strings[0].size();
    for (size_t i = 0; i < strings.size(); ++i) {
      if (strings[i].size() != bytes) {
        return absl::InvalidArgumentError(
            absl::StrCat("DecodeRaw requires input strings to all be the same size, but element ",
                         i, " has size ", strings[i].size(), " != ", bytes));
      }
    }
    if (bytes % width != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input to DecodeRaw has length ", bytes, " that is not a multiple of ",
                       width, ", the size of ", DTypeName(c.output_type(0))));
    }
    Shape shape = in.shape();
    MR_RETURN_IF_ERROR(shape.AddDim(static_cast<int64_t>(bytes / width)));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    char* to = static_cast<char*>(out->mutable_raw_data());
    for (size_t i = 0; i < strings.size(); ++i)
      std::memcpy(to + i * bytes, strings[i].data(), bytes);
    // A complex number is two numbers.
    const size_t unit = IsComplex(c.output_type(0)) ? width / 2 : width;
    if (!little_endian_) {
      for (size_t at = 0; at + unit <= strings.size() * bytes; at += unit)
        std::reverse(to + at, to + at + unit);
    }
    return absl::OkStatus();
  }

 private:
  bool little_endian_;
};

absl::Status DecodeRawShape(ShapeContext& c) {
  PartialShape out = c.input(0);
  out.AddDim(PartialShape::kUnknownDim);
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterDecode(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("EncodeBase64")
                               .Input("input: string")
                               .Output("output: string")
                               .Attr("pad: bool = false")
                               .Doc("Each string in web-safe base64.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<EncodeBase64Kernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("DecodeBase64")
                               .Input("input: string")
                               .Output("output: string")
                               .Doc("Each string out of web-safe base64, padded or not.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<DecodeBase64Kernel>()));
  return r.Add(Op("DecodeRaw")
                   .Input("bytes: string")
                   .Output("output: out_type")
                   .Attr("out_type: {half, float, double, int32, uint16, uint8, int16, int8, "
                         "int64, complex64, complex128, bool, bfloat16}")
                   .Attr("little_endian: bool = true")
                   .Doc("The bytes of each string as numbers, in a new last dimension.")
                   .Shape(DecodeRawShape)
                   .NotDifferentiable()
                   .Cpu<DecodeRawKernel>());
}

}  // namespace millrace
