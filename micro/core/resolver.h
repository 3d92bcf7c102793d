// OpResolver: which ops (and which decompression of weights) a program links. An application lists
// its model's:
//
//   MutableOpResolver<2> resolver;
//   MR_TRY(resolver.Add(kFullyConnectedOp));
//   MR_TRY(resolver.Add(kSoftmaxOp));
#ifndef MILLRACE_MICRO_CORE_RESOLVER_H_
#define MILLRACE_MICRO_CORE_RESOLVER_H_

#include "micro/core/decompression.h"
#include "micro/core/op.h"
#include "micro/core/status.h"

namespace millrace::micro {

class OpResolver {
 public:
  // `ops` must outlive the resolver. decompression: nullptr when no model's weights are compressed.
  constexpr OpResolver(const OpRegistration* const* ops, int count,
                       const Decompression* decompression = nullptr)
      : ops_(ops), count_(count), decompression_(decompression) {}

  // nullptr when there is none. custom_name counts for custom ops only.
  const OpRegistration* Find(BuiltinOp code, const char* custom_name) const;
  int size() const { return count_; }
  const OpRegistration& op(int i) const { return *ops_[i]; }
  const Decompression* decompression() const { return decompression_; }

 protected:
  const OpRegistration* const* ops_;
  int count_;
  const Decompression* decompression_;
};

// Holds up to kCapacity ops.
template <int kCapacity>
class MutableOpResolver : public OpResolver {
 public:
  MutableOpResolver() : OpResolver(added_, 0) {}
  MutableOpResolver(const MutableOpResolver&) = delete;
  MutableOpResolver& operator=(const MutableOpResolver&) = delete;

  // kInvalidArgument when it is full or has such an op already.
  Status Add(const OpRegistration& op) {
    if (count_ == kCapacity || Find(op.code, op.custom_name) != nullptr) {
      return Status::kInvalidArgument;
    }
    added_[count_++] = &op;
    return Status::kOk;
  }
  void SetDecompression(const Decompression& decompression) { decompression_ = &decompression; }

 private:
  const OpRegistration* added_[kCapacity];
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_RESOLVER_H_
