// ConstantKernel: a kernel whose output is known once it is made.
#pragma once

#include "core/runtime/kernel.h"

namespace millrace {

// Init sets value_. It keeps a reference, so that nobody ever takes the memory over.
class ConstantKernel : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) final {
    c.set_output(0, value_);
    return absl::OkStatus();
  }
  bool cheap() const final { return true; }

 protected:
  Tensor value_;
};

}  // namespace millrace
