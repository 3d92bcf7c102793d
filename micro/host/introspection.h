// What introspection_c.cc needs from the calls of interpreter_c.cc.
#ifndef MILLRACE_MICRO_HOST_INTROSPECTION_H_
#define MILLRACE_MICRO_HOST_INTROSPECTION_H_

#include "micro/core/planner.h"
#include "micro/core/status.h"
#include "micro/host/interpreter_c.h"

namespace millrace::micro {

// InterpreterOptions::before_placing with a handle as user: keeps the entries and whose they are.
void KeepPlaces(void* user, PlanEntry* entries, int count);
// After AllocateTensors succeeded: places what was kept just as the interpreter did.
void FinishPlaces(mr_micro* micro);

// For mr_micro_last_failure without a handle. Names of custom ops are not kept.
void RememberFailure(const Error& error);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_HOST_INTROSPECTION_H_
