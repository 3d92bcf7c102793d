#include "kernels/math/binary.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "kernels/math/broadcast.h"
#include "kernels/math/narrow.h"

namespace millrace {

absl::Status BinaryKernel::Init(KernelConstruction& c) {
  if (c.op() == "TruncateDiv" || c.op() == "TruncateMod")
    undefined_ = absl::StatusCode::kInternal;  // as TensorFlow has it
  broadcasts_ = !absl::EndsWith(c.op(), "Grad") || c.op() == "RandomGammaGrad";
  if (!c.attrs().Has("incompatible_shape_error")) return absl::OkStatus();
  bool fail = true;
  MR_RETURN_IF_ERROR(c.GetAttr("incompatible_shape_error", &fail));
  tolerant_ = !fail;
  answer_if_incompatible_ = c.op() == "NotEqual";
  return absl::OkStatus();
}

absl::Status BinaryKernel::Compute(KernelContext& c) {
  const Tensor& x = c.input(0);
  const Tensor& y = c.input(1);
  const int64_t nx = x.num_elements(), ny = y.num_elements();
  // Read before the output may take the memory over.
  const char* xs = static_cast<const char*>(x.raw_data());
  const char* ys = static_cast<const char*>(y.raw_data());
  if (loops_.check != nullptr) {
    if (const char* message = loops_.check(xs, nx, ys, ny))
      return absl::Status(undefined_, message);
  }
  if (!broadcasts_ && x.shape() != y.shape()) {
    return absl::InvalidArgumentError(absl::StrCat("The inputs must have one shape, got ",
                                                   x.shape().ToString(), " and ",
                                                   y.shape().ToString()));
  }
  int64_t x_step = 1, y_step = 1;
  const Shape* shape = &x.shape();
  if (ny == 1 && y.rank() <= x.rank()) {
    y_step = nx == 1 ? 1 : 0;
  } else if (nx == 1 && x.rank() <= y.rank()) {
    x_step = 0;
    shape = &y.shape();
  } else if (x.shape() != y.shape()) {
    return ComputeBroadcast(c, xs, ys);
  }
  const int64_t n = shape->num_elements();
  Tensor* z;
  MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0, 1}, 0, *shape, &z));
  char* out = static_cast<char*>(z->mutable_raw_data());
  if (n <= loops_.grain) {
    Range(xs, x_step, ys, y_step, out, n);
    return absl::OkStatus();
  }
  const size_t in_size = DTypeSize(loops_.in), out_size = DTypeSize(loops_.out);
  c.pool()->ParallelFor(n, loops_.grain, [&](int64_t begin, int64_t end) {
    Range(xs + begin * x_step * in_size, x_step, ys + begin * y_step * in_size, y_step,
          out + begin * out_size, end - begin);
  });
  return absl::OkStatus();
}

absl::Status BinaryKernel::ComputeBroadcast(KernelContext& c, const char* x, const char* y) const {
  const auto broadcast = Broadcast::Create({&c.input(0).shape(), &c.input(1).shape()});
  if (!broadcast.ok()) {
    if (!tolerant_) return broadcast.status();
    c.set_output(0, Tensor::Scalar<bool>(answer_if_incompatible_));
    return absl::OkStatus();
  }
  Tensor* z;
  MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0, 1}, 0, broadcast->output(), &z));
  char* out = static_cast<char*>(z->mutable_raw_data());
  const int64_t in_size = DTypeSize(loops_.in), out_size = DTypeSize(loops_.out);
  const int64_t x_step = broadcast->step(0), y_step = broadcast->step(1);
  broadcast->ForEachRun(c.pool(), loops_.grain,
                        [&](int64_t at, const Broadcast::Offsets& operands, int64_t count) {
                          Range(x + operands[0] * in_size, x_step, y + operands[1] * in_size,
                                y_step, out + at * out_size, count);
                        });
  return absl::OkStatus();
}

void BinaryKernel::Range(const char* x, int64_t x_step, const char* y, int64_t y_step, char* out,
                         int64_t n) const {
  if (!IsNarrowFloat(loops_.in)) {
    loops_.loop(x, x_step, y, y_step, out, n);
    return;
  }
  constexpr int64_t kBlock = 512;
  float a[kBlock], b[kBlock], r[kBlock];
  const bool narrow_out = IsNarrowFloat(loops_.out);
  const size_t out_size = DTypeSize(loops_.out);
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t m = std::min(kBlock, n - i);
    WidenAny(loops_.in, x + 2 * i * x_step, a, x_step == 0 ? 1 : m);
    WidenAny(loops_.in, y + 2 * i * y_step, b, y_step == 0 ? 1 : m);
    loops_.loop(a, x_step, b, y_step, narrow_out ? static_cast<void*>(r) : out + i * out_size, m);
    if (narrow_out) NarrowAny(loops_.out, r, out + i * out_size, m);
  }
}

}  // namespace millrace
