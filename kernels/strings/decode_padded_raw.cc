// DecodePaddedRaw: numbers in bytes, of strings that are cut or padded with zeros to one length.
#include <algorithm>
#include <cstring>

#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

// How many numbers of `dtype` each string holds.
absl::StatusOr<int64_t> NumbersOf(int64_t bytes, DType dtype) {
  const int64_t width = static_cast<int64_t>(DTypeSize(dtype));
  if (bytes > 0 && bytes % width == 0) return bytes / width;
  return absl::InvalidArgumentError(absl::StrCat("fixed_length (", bytes,
                                                 ") must be greater than zero and a multiple of ",
                                                 width, ", the size of ", DTypeName(dtype)));
}

template <typename T>
class DecodePaddedRawKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("little_endian", &little_endian_);
  }
  absl::Status Compute(KernelContext& c) override {
    const auto strings = c.input(0).flat<std::string>();
    if (c.input(1).rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("k must be scalar, got shape ", c.input(1).shape().ToString()));
    }
    const int64_t bytes = c.input(1).scalar<int32_t>();
    MR_ASSIGN_OR_RETURN(const int64_t numbers, NumbersOf(bytes, c.output_type(0)));
    Shape shape = c.input(0).shape();
    MR_RETURN_IF_ERROR(shape.AddDim(numbers));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (strings.empty()) return absl::OkStatus();
    char* to = static_cast<char*>(out->mutable_raw_data());
    std::memset(to, 0, out->bytes());
    for (size_t i = 0; i < strings.size(); ++i) {
      std::memcpy(to + i * bytes, strings[i].data(),
                  std::min(strings[i].size(), static_cast<size_t>(bytes)));
    }
    if (little_endian_ || sizeof(T) == 1) return absl::OkStatus();
    for (size_t at = 0; at < out->bytes(); at += sizeof(T))
      std::reverse(to + at, to + at + sizeof(T));
    return absl::OkStatus();
  }

 private:
  bool little_endian_ = true;
};

absl::Status DecodePaddedRawShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(1, 0).status());
  PartialShape out = c.input(0);
  int64_t numbers = PartialShape::kUnknownDim;
  if (const auto length = c.input_as_ints(1); length.has_value()) {
    const auto known = NumbersOf((*length)[0], c.output_type(0));
    if (!known.ok()) return c.Error(1, known.status().message());
    numbers = *known;
  }
  out.AddDim(numbers);
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterDecodePaddedRaw(Registry& r) {
  return r.Add(Op("DecodePaddedRaw")
                   .Input("input_bytes: string")
                   .Input("fixed_length: int32")
                   .Output("output: out_type")
                   .Attr("out_type: {half, float, double, int32, uint16, uint8, int16, int8, "
                         "int64, bfloat16}")
                   .Attr("little_endian: bool = true")
                   .Doc("The bytes of each string, cut or padded with zeros to `fixed_length`, as "
                        "numbers in a new last dimension.")
                   .Shape(DecodePaddedRawShape)
                   .NotDifferentiable()
                   .CpuFor<DecodePaddedRawKernel, float, double, int32_t, uint16_t, uint8_t,
                           int16_t, int8_t, int64_t, bfloat16>("out_type"));
}

}  // namespace millrace
