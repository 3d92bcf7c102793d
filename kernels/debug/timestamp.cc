// Timestamp.
#include <chrono>

#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

class TimestampKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const std::chrono::duration<double> since_epoch =
        std::chrono::system_clock::now().time_since_epoch();
    c.set_output(0, Tensor::Scalar<double>(since_epoch.count()));
    return absl::OkStatus();
  }
};

}  // namespace

absl::Status RegisterTimestamp(Registry& r) {
  return r.Add(Op("Timestamp")
                   .Output("ts: double")
                   .Stateful()
                   .Doc("Seconds since 1970, by the clock of the machine.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<TimestampKernel>());
}

}  // namespace millrace
