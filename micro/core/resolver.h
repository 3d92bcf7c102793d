// OpResolver: which ops a program links. An application lists its model's:
//
//   MutableOpResolver<2> resolver;
//   MR_TRY(resolver.Add(kFullyConnectedOp));
//   MR_TRY(resolver.Add(kSoftmaxOp));
#ifndef MILLRACE_MICRO_CORE_RESOLVER_H_
#define MILLRACE_MICRO_CORE_RESOLVER_H_

#include "micro/core/op.h"
#include "micro/core/status.h"

namespace millrace::micro {

class OpResolver {
 public:
  // `ops` must outlive the resolver.
  constexpr OpResolver(const OpRegistration* const* ops, int count) : ops_(ops), count_(count) {}

  // nullptr when there is none. custom_name counts for custom ops only.
  const OpRegistration* Find(BuiltinOp code, const char* custom_name) const;
  int size() const { return count_; }
  const OpRegistration& op(int i) const { return *ops_[i]; }

 protected:
  const OpRegistration* const* ops_;
  int count_;
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

 private:
  const OpRegistration* added_[kCapacity];
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_RESOLVER_H_
