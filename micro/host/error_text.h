// Words for errors, for programs on the host.
#ifndef MILLRACE_MICRO_HOST_ERROR_TEXT_H_
#define MILLRACE_MICRO_HOST_ERROR_TEXT_H_

#include <string>

#include "micro/core/status.h"

namespace millrace::micro {

const char* StatusName(Status status);

// "INVALID_SHAPE: the filter is not a matrix (subgraph 0, op 3 = code 9, tensor 12)"
std::string ErrorText(const Error& error);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_HOST_ERROR_TEXT_H_
