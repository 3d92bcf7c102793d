// ctrl-C while a step runs without the GIL: Python would notice only when the step ends, so the
// step is cancelled.
#ifndef MILLRACE_PYTHON_NATIVE_INTERRUPT_H_
#define MILLRACE_PYTHON_NATIVE_INTERRUPT_H_

#include <optional>

#include "core/base/cancellation.h"
#include "python/native/py.h"

namespace millrace::python {

// Around a step. On the main thread, SIGINT cancels the step until this object goes; on other
// threads it does nothing, as Python delivers signals to the main thread only. Created and
// destroyed with the GIL held.
class InterruptScope {
 public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

  // For RunOptions; null off the main thread.
  Cancellation* cancellation() { return cancellation_ ? &*cancellation_ : nullptr; }
  // True if Python's signal handlers ran and raised (KeyboardInterrupt): the exception is set.
  bool Raised() const;

 private:
  std::optional<Cancellation> cancellation_;
};

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_INTERRUPT_H_
