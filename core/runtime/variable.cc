#include "core/base/status.h"
#include "core/runtime/resource.h"

namespace millrace {

std::string Variable::DebugString() const {
  const Tensor value = Read();
  if (!value.initialized()) return "Var, not initialized";
  return absl::StrCat("Var ", DTypeName(value.dtype()), value.shape().ToString());
}

int64_t Variable::MemoryUsed() const {
  const Tensor value = Read();
  return value.initialized() ? static_cast<int64_t>(value.total_bytes()) : 0;
}

absl::Status Variable::MakePrivate() {
  if (!value_.initialized()) {
    return absl::FailedPreconditionError("The variable has no value yet: run its initializer");
  }
  if (value_.can_write()) return absl::OkStatus();
  Allocator* allocator = value_.buffer()->allocator();
  MR_ASSIGN_OR_RETURN(value_, value_.Clone(allocator != nullptr ? allocator : CpuAllocator()));
  return absl::OkStatus();
}

absl::Status Variable::Update(absl::FunctionRef<absl::Status(Tensor& value)> update) {
  MutexLock lock(&mu_);
  MR_RETURN_IF_ERROR(MakePrivate());
  return update(value_);
}

}  // namespace millrace
