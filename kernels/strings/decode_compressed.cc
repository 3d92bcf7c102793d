// DecodeCompressed: strings out of zlib's and gzip's formats.
#include <zlib.h>

#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/strings/string_map.h"

namespace millrace {
namespace {

// Ends zlib's state when it leaves its scope.
class Inflater {
 public:
  explicit Inflater(bool gzip) {
    ok_ = inflateInit2(&z_, gzip ? 16 + MAX_WBITS : MAX_WBITS) == Z_OK;
  }
  ~Inflater() {
    if (ok_) inflateEnd(&z_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // All that is there, also of a stream that was cut off, as TensorFlow reads it. What follows a
  // gzip member is another one; what follows a zlib stream is ignored.
  absl::Status Run(const std::string& in, bool gzip, std::string* out) {
    if (!ok_) return absl::InternalError("zlib did not start");
    z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    z_.avail_in = static_cast<uInt>(in.size());
    char block[16384];
    while (true) {
      z_.next_out = reinterpret_cast<Bytef*>(block);
      z_.avail_out = sizeof(block);
      const int result = inflate(&z_, Z_NO_FLUSH);
      out->append(block, sizeof(block) - z_.avail_out);
      if (result == Z_STREAM_END) {
        if (!gzip || z_.avail_in == 0) return absl::OkStatus();
        if (inflateReset(&z_) != Z_OK) return absl::InternalError("zlib did not start again");
      } else if (result == Z_BUF_ERROR) {
        return absl::OkStatus();
      } else if (result != Z_OK) {
        return absl::DataLossError(absl::StrCat("inflate() failed with error ", result, ": ",
                                                z_.msg == nullptr ? "" : z_.msg));
      }
    }
  }

 private:
  z_stream z_ = {};
  bool ok_ = false;
};

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
    return MapStrings<std::string>(c, [gzip](const std::string& s, std::string* out) {
      if (s.size() > std::numeric_limits<uInt>::max())
        return absl::UnimplementedError("a compressed string of 4 GiB or more");
      return Inflater(gzip).Run(s, gzip, out);
    });
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
