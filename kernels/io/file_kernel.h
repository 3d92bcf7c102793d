// FileKernel: a kernel that waits for files, on the pool for waiting.
#ifndef MILLRACE_KERNELS_IO_FILE_KERNEL_H_
#define MILLRACE_KERNELS_IO_FILE_KERNEL_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/base/thread_pool.h"
#include "core/runtime/kernel.h"

namespace millrace {

class FileKernel : public AsyncKernel {
 public:
  void ComputeAsync(KernelContext& c, Done done) final {
    WaitPool()->Schedule([this, &c, done = std::move(done)]() mutable { done(Work(c)); });
  }

 private:
  virtual absl::Status Work(KernelContext& c) = 0;
};

// The string in scalar input i. INVALID_ARGUMENT, naming it, if it is not a scalar.
inline absl::StatusOr<std::string> ScalarString(const KernelContext& c, int i,
                                                absl::string_view name) {
  if (c.input(i).rank() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " must be scalar, but had shape: ", c.input(i).shape().ToString()));
  }
  return c.input(i).scalar<std::string>();
}

}  // namespace millrace

#endif  // MILLRACE_KERNELS_IO_FILE_KERNEL_H_
