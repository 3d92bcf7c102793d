// StringToHashBucket, StringToHashBucketFast, StringToHashBucketStrong.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/strings/string_hashes.h"
#include "kernels/strings/string_map.h"

namespace millrace {
namespace {

enum class HashKind { kMurmur, kFarm, kKeyed };

template <HashKind kind>
class HashBucketKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("num_buckets", &buckets_));
    if (kind != HashKind::kKeyed) return absl::OkStatus();
    MR_RETURN_IF_ERROR(c.GetAttr("key", &key_));
    if (key_.size() == 2) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("Key must have 2 elements, not ", key_.size()));
  }
  absl::Status Compute(KernelContext& c) override {
    return MapStrings<int64_t>(c, [this](const std::string& s, int64_t* out) {
      *out = static_cast<int64_t>(Hash(s) % static_cast<uint64_t>(buckets_));
      return absl::OkStatus();
    });
  }

 private:
  uint64_t Hash(const std::string& s) const {
    if (kind == HashKind::kMurmur) return MurmurHash(s);
    if (kind == HashKind::kFarm) return FarmFingerprint(s);
    return SipHash(static_cast<uint64_t>(key_[0]), static_cast<uint64_t>(key_[1]), s);
  }

  int64_t buckets_ = 1;
  std::vector<int64_t> key_;
};

}  // namespace

absl::Status RegisterHashBucket(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("StringToHashBucket")
                               .Input("string_tensor: string")
                               .Output("output: int64")
                               .Attr("num_buckets: int >= 1")
                               .Doc("Each string's hash (MurmurHash64A) modulo num_buckets.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<HashBucketKernel<HashKind::kMurmur>>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("StringToHashBucketFast")
                .Input("input: string")
                .Output("output: int64")
                .Attr("num_buckets: int >= 1")
                .Doc("Each string's hash (FarmHash's Fingerprint64) modulo num_buckets.")
                .Shape(SameAsInput0)
                .NotDifferentiable()
                .Cpu<HashBucketKernel<HashKind::kFarm>>()));
  return r.Add(Op("StringToHashBucketStrong")
                   .Input("input: string")
                   .Output("output: int64")
                   .Attr("num_buckets: int >= 1")
                   .Attr("key: list(int)")
                   .Doc("Each string's hash (SipHash-2-4 under `key`) modulo num_buckets: who does "
                        "not know the key "
                        "cannot choose strings that collide.")
                   .Shape(SameAsInput0)
                   .NotDifferentiable()
                   .Cpu<HashBucketKernel<HashKind::kKeyed>>());
}

}  // namespace millrace
