#include "kernels/math/unary.h"

#include <algorithm>

#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "kernels/math/narrow.h"

namespace millrace {

absl::Status UnaryKernel::Compute(KernelContext& c) {
  const Tensor& x = c.input(0);
  const int64_t n = x.num_elements();
  // Read before the output may take the memory over.
  const char* in = static_cast<const char*>(x.raw_data());
  Tensor* y;
  MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, x.shape(), &y));
  char* out = static_cast<char*>(y->mutable_raw_data());
  if (n <= loops_.grain) {
    Range(in, out, n);
    return absl::OkStatus();
  }
  const size_t in_size = DTypeSize(loops_.in), out_size = DTypeSize(loops_.out);
  c.pool()->ParallelFor(n, loops_.grain, [&](int64_t begin, int64_t end) {
    Range(in + begin * in_size, out + begin * out_size, end - begin);
  });
  return absl::OkStatus();
}

void UnaryKernel::Range(const char* in, char* out, int64_t n) const {
  if (!IsNarrowFloat(loops_.in)) {
    loops_.loop(in, out, n);
    return;
  }
  constexpr int64_t kBlock = 512;
  float x[kBlock], y[kBlock];
  const bool narrow_out = IsNarrowFloat(loops_.out);
  const size_t out_size = DTypeSize(loops_.out);
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t m = std::min(kBlock, n - i);
    WidenAny(loops_.in, in + 2 * i, x, m);
    loops_.loop(x, narrow_out ? static_cast<void*>(y) : out + i * out_size, m);
    if (narrow_out) NarrowAny(loops_.out, y, out + i * out_size, m);
  }
}

}  // namespace millrace
