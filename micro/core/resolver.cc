#include "micro/core/resolver.h"

namespace millrace::micro {

const OpRegistration* OpResolver::Find(BuiltinOp code, const char* custom_name) const {
  for (int i = 0; i < count_; ++i) {
    if (ops_[i]->code != code) continue;
    if (code != BuiltinOp::kCustom || SameText(ops_[i]->custom_name, custom_name)) return ops_[i];
  }
  return nullptr;
}

}  // namespace millrace::micro
