// A task on a thread of its own, for what waits long and may be nested in itself.
#pragma once

#include "absl/functional/any_invocable.h"

namespace millrace {

// Runs `task` on a thread that no other task uses meanwhile, so that tasks may wait for each other:
// one that an earlier task has left, or else a new one. Never blocks for long. Any thread.
void RunOnOwnThread(absl::AnyInvocable<void()> task);

}  // namespace millrace
