// absl::Status to Python exceptions.
#ifndef MILLRACE_PYTHON_NATIVE_STATUS_H_
#define MILLRACE_PYTHON_NATIVE_STATUS_H_

#include "absl/status/status.h"
#include "python/native/py.h"

namespace millrace::python {

// Sets the exception of the status's code (millrace/errors.py). The user's own line, where the
// message names one
// ("defined at train.py:12"), comes first in the text. Returns null, so that a caller can return
// it. REQUIRES: !status.ok().
std::nullptr_t Raise(const absl::Status& status);

// FAILED_PRECONDITION in a child forked from a process that had run something: its threads do not
// exist here.
absl::Status CheckNotForked();

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_STATUS_H_
