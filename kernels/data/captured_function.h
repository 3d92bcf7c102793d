// A function of a graph together with the values it captured, called by an iterator outside any
// step.
#ifndef MILLRACE_KERNELS_DATA_CAPTURED_FUNCTION_H_
#define MILLRACE_KERNELS_DATA_CAPTURED_FUNCTION_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/cancellation.h"
#include "core/runtime/plan.h"
#include "kernels/data/dataset.h"

namespace millrace {

// Immutable, thread-safe. Has a function runtime of its own, so that an iterator may outlive the
// session that made it; the device and the registry must outlive it.
class CapturedFunction {
 public:
  // The function in the attribute `attr`. FAILED_PRECONDITION where functions cannot be called.
  static absl::StatusOr<std::shared_ptr<const CapturedFunction>> Create(KernelConstruction& c,
                                                                        absl::string_view attr);

  // Runs it on `args` and `captured`, waiting. Not to be called on a thread of the compute pool.
  absl::StatusOr<Element> Call(Element args, const Element& captured,
                               Cancellation* cancellation) const;

 private:
  CapturedFunction(std::shared_ptr<FunctionRuntime> runtime, FunctionRef function)
      : runtime_(std::move(runtime)), function_(std::move(function)) {}

  const std::shared_ptr<FunctionRuntime> runtime_;
  const FunctionRef function_;
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_DATA_CAPTURED_FUNCTION_H_
