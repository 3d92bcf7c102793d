// VAR_HANDLE, ASSIGN_VARIABLE, READ_VARIABLE: variables that are known by name, keep their value
// from invoke to invoke, and are shared by all subgraphs. A handle is the variable's number, one
// int32.
#ifndef MILLRACE_MICRO_KERNELS_RESOURCE_VARIABLES_H_
#define MILLRACE_MICRO_KERNELS_RESOURCE_VARIABLES_H_

#include "micro/core/op.h"

namespace millrace::micro {

// No input; output: a handle.
extern const OpRegistration kVarHandleOp;
// Inputs: handle, value. All values of a variable have the same number of bytes.
extern const OpRegistration kAssignVariableOp;
// Input: handle; output: the value, zeros when none was assigned since the last reset.
extern const OpRegistration kReadVariableOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_RESOURCE_VARIABLES_H_
