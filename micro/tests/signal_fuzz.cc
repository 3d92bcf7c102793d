// The libFuzzer entry for audio front ends; tests/fuzz.py builds and runs it.
#include "micro/tests/run_signal_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  (void)millrace::micro::RunSignalBytes(bytes, size);
  return 0;
}
