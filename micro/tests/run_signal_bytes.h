// RunSignalBytes: an audio front end, or one of its ops, whose options, shapes and sounds the bytes
// say. What a fuzzer calls.
#ifndef MILLRACE_MICRO_TESTS_RUN_SIGNAL_BYTES_H_
#define MILLRACE_MICRO_TESTS_RUN_SIGNAL_BYTES_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/status.h"

namespace millrace::micro {

// Builds a model, runs it a few times on what is left of the bytes, resets and runs it again. kOk
// when the model ran.
Status RunSignalBytes(const uint8_t* bytes, size_t size);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_TESTS_RUN_SIGNAL_BYTES_H_
