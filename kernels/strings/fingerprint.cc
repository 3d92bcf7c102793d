// Fingerprint: eight bytes for each row of a tensor.
#include <cstring>

#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/strings/string_hashes.h"

namespace millrace {
namespace {

constexpr int64_t kBytes = sizeof(uint64_t);

absl::string_view BytesOf(const uint64_t* words, int64_t n) {
  return {reinterpret_cast<const char*>(words), static_cast<size_t>(n * kBytes)};
}

// Of rows of numbers their bytes count, of a row of one string its characters, and of several
// strings their own fingerprints.
class FingerprintKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &data = c.input(0), &method = c.input(1);
    if (method.rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("`method` should be a scalar string, not ", method.shape().ToString()));
    }
    if (data.rank() == 0)
      return absl::InvalidArgumentError("`data` should have at least one dimension");
    if (method.scalar<std::string>() != "farmhash64") {
      return absl::InvalidArgumentError(
          absl::StrCat("Unsupported fingerprint method: ", method.scalar<std::string>()));
    }
    const int64_t rows = data.dim(0);
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({rows, kBytes}), &out));
    if (rows == 0) return absl::OkStatus();
    const int64_t row = data.num_elements() / rows;
    for (int64_t i = 0; i < rows; ++i) {
      const uint64_t print = OfRow(data, i, row);
      std::memcpy(out->mutable_data<uint8_t>() + i * kBytes, &print, kBytes);
    }
    return absl::OkStatus();
  }

 private:
  static uint64_t OfRow(const Tensor& data, int64_t i, int64_t row) {
    if (data.dtype() == DType::kString) {
      const std::string* strings = data.data<std::string>() + i * row;
      if (data.rank() == 1) return FarmFingerprint(strings[0]);
      std::vector<uint64_t> prints;
      for (int64_t k = 0; k < row; ++k) prints.push_back(FarmFingerprint(strings[k]));
      return FarmFingerprint(BytesOf(prints.data(), row));
    }
    const size_t bytes = static_cast<size_t>(row) * DTypeSize(data.dtype());
    return FarmFingerprint({static_cast<const char*>(data.raw_data()) + i * bytes, bytes});
  }
};

absl::Status FingerprintShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape data, c.WithRankAtLeast(0, 1));
  MR_RETURN_IF_ERROR(c.WithRank(1, 0).status());
  c.set_output(
      0, PartialShape::Of({data.known_rank() ? data.dim(0) : PartialShape::kUnknownDim, kBytes}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterFingerprint(Registry& r) {
  return r.Add(Op("Fingerprint")
                   .Input("data: T")
                   .Input("method: string")
                   .Output("fingerprint: uint8")
                   .Attr("T: type")
                   .Doc("The fingerprint of each row of `data`, as eight bytes, little-endian; "
                        "`method` is farmhash64.")
                   .Shape(FingerprintShape)
                   .NotDifferentiable()
                   .Cpu<FingerprintKernel>());
}

}  // namespace millrace
