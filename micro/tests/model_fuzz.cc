// The libFuzzer entry; tests/fuzz.py builds and runs it.
#include "micro/tests/run_model_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  // What it came to does not matter, only that nothing else happened.
  (void)millrace::micro::RunModelBytes(bytes, size);
  return 0;
}
