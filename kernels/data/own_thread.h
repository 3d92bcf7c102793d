// A task on a thread of its own, for what waits long and may be nested in itself.
#ifndef MILLRACE_KERNELS_DATA_OWN_THREAD_H_
#define MILLRACE_KERNELS_DATA_OWN_THREAD_H_

#include "absl/functional/any_invocable.h"

namespace millrace {

// Runs `task` on a thread that nobody else waits for, so that tasks may wait for each other.
void RunOnOwnThread(absl::AnyInvocable<void()> task);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_DATA_OWN_THREAD_H_
