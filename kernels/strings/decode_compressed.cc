// DecodeCompressed: strings out of zlib's and gzip's formats.
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/io/inflater.h"
#include "core/runtime/kernel.h"
#include "kernels/strings/string_map.h"

namespace millrace {
namespace {

// All that is there, also of a stream that was cut off, as TensorFlow reads it.
absl::Status Decompress(absl::string_view in, bool gzip, std::string* out) {
  Inflater inflater(gzip);
  char block[16384];
  int64_t n = 0;
  do {
    MR_ASSIGN_OR_RETURN(n, inflater.Run(&in, sizeof(block), block));
    out->append(block, static_cast<size_t>(n));
  } while (n == sizeof(block));
  return absl::OkStatus();
}

class DecodeCompressedKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("compression_type", &type_));
    if (type_ == "ZSTD") return absl::UnimplementedError("ZSTD compression is not built in");
    if (type_.empty() || type_ == "ZLIB" || type_ == "GZIP") return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("Only ZLIB, GZIP or NONE are supported compressions, not ", type_));
  }
  absl::Status Compute(KernelContext& c) override {
    if (type_.empty()) {
      c.set_output(0, c.input(0));
      return absl::OkStatus();
    }
    const bool gzip = type_ == "GZIP";
    return MapStrings<std::string>(
        c, [gzip](const std::string& s, std::string* out) { return Decompress(s, gzip, out); });
  }

 private:
  std::string type_;
};

}  // namespace

absl::Status RegisterDecodeCompressed(Registry& r) {
  return r.Add(Op("DecodeCompressed")
                   .Input("bytes: string")
                   .Output("output: string")
                   .Attr("compression_type: string = ''")
                   .Doc("Each string decompressed; compression_type is ZLIB, GZIP or empty for "
                        "none.")
                   .Shape(SameAsInput0)
                   .NotDifferentiable()
                   .Cpu<DecodeCompressedKernel>());
}

}  // namespace millrace
