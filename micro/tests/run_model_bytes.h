// RunModelBytes: loads, runs, resets and runs again whatever the bytes are. What a fuzzer calls.
#ifndef MILLRACE_MICRO_TESTS_RUN_MODEL_BYTES_H_
#define MILLRACE_MICRO_TESTS_RUN_MODEL_BYTES_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/status.h"

namespace millrace::micro {

// Every op but While (a loop may well be endless), an arena of 64 KB. kOk when the model ran.
Status RunModelBytes(const uint8_t* bytes, size_t size);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_TESTS_RUN_MODEL_BYTES_H_
