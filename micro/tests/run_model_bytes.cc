#include "micro/tests/run_model_bytes.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "micro/core/interpreter.h"
#include "micro/kernels/all_ops.h"

namespace millrace::micro {
namespace {

struct Free {
  void operator()(void* p) const { std::free(p); }
};
using Memory = std::unique_ptr<uint8_t, Free>;

// Of just that size, so that a sanitizer sees each byte too many.
Memory AlignedMemory(size_t bytes) {
  void* p = nullptr;
  return Memory(posix_memalign(&p, 16, bytes) == 0 ? static_cast<uint8_t*>(p) : nullptr);
}

std::vector<const OpRegistration*> OpsThatEnd() {
  const OpResolver all = AllOps();
  std::vector<const OpRegistration*> ops;
  for (int i = 0; i < all.size(); ++i) {
    if (all.op(i).code != BuiltinOp::kWhile) ops.push_back(&all.op(i));
  }
  return ops;
}

void Feed(const MicroInterpreter& interpreter, uint32_t seed) {
  for (int i = 0; i < interpreter.num_inputs(); ++i) {
    const TensorView input = interpreter.input(i);
    for (size_t b = 0; b < input.bytes(); ++b) {
      seed = seed * 1664525 + 1013904223;
      input.data<uint8_t>()[b] = static_cast<uint8_t>(seed >> 24);
    }
  }
}

}  // namespace

Status RunModelBytes(const uint8_t* bytes, size_t size) {
  static const std::vector<const OpRegistration*> ops = OpsThatEnd();
  constexpr size_t kArenaBytes = 64 << 10;
  const Memory model = AlignedMemory(size), arena = AlignedMemory(kArenaBytes);
  if (size > 0) std::memcpy(model.get(), bytes, size);
  const OpResolver resolver(ops.data(), static_cast<int>(ops.size()), AllOps().decompression());
  MicroInterpreter interpreter(model.get(), size, resolver, arena.get(), kArenaBytes);
  MR_TRY(interpreter.AllocateTensors());
  Feed(interpreter, 1);
  MR_TRY(interpreter.Invoke());
  MR_TRY(interpreter.Reset());
  Feed(interpreter, 2);
  return interpreter.Invoke();
}

}  // namespace millrace::micro
