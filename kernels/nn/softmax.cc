// Softmax, LogSoftmax.
// softmax_ij = exp(x_ij - max_j x_ij) / sum_j exp(x_ij - max_j x_ij)
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/narrow.h"
#include "kernels/math/types.h"
#include "kernels/nn/softmax_row.h"

namespace millrace {
namespace {

template <typename T>
void SoftmaxRow(const T* x, int64_t n, T* y) {
  T max;
  const T scale = T(1) / ExpRow(x, n, y, &max);
  for (int64_t j = 0; j < n; ++j) y[j] *= scale;
}

template <typename T>
void LogSoftmaxRow(const T* x, int64_t n, T* y, T* scratch) {
  T max;
  const T shift = std::log(ExpRow(x, n, scratch, &max));
  for (int64_t j = 0; j < n; ++j) y[j] = (x[j] - max) - shift;
}

template <typename T, bool logarithm>
class RowKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(0);
    if (x.rank() < 1) return absl::InvalidArgumentError("logits must have >= 1 dimension, got []");
    const int64_t n = x.dim(x.rank() - 1);
    const T* in = x.data<T>();
    Tensor* y;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, x.shape(), &y));
    T* out = y->mutable_data<T>();
    if (y->num_elements() == 0) return absl::OkStatus();
    c.pool()->ParallelFor(y->num_elements() / n, std::max<int64_t>(1, 4096 / n),
                          [&](int64_t begin, int64_t end) {
                            std::vector<A> scratch(static_cast<size_t>(kIsNarrowFloat<T> ? 2 * n
                                                                       : logarithm       ? n
                                                                                         : 0));
                            for (int64_t i = begin; i < end; ++i)
                              Row(in + i * n, n, out + i * n, scratch.data());
                          });
    return absl::OkStatus();
  }

 private:
  using A = ArithmeticType<T>;

  static void Row(const T* x, int64_t n, T* y, A* scratch) {
    if constexpr (kIsNarrowFloat<T>) {
      Widen(x, scratch, n);
      Wide(scratch, n, scratch, scratch + n);
      Narrow(scratch, y, n);
    } else {
      Wide(x, n, y, scratch);
    }
  }

  static void Wide(const A* x, int64_t n, A* y, A* scratch) {
    if constexpr (logarithm) {
      LogSoftmaxRow(x, n, y, scratch);
    } else {
      SoftmaxRow(x, n, y);
    }
  }
};

template <typename T>
using SoftmaxKernel = RowKernel<T, false>;
template <typename T>
using LogSoftmaxKernel = RowKernel<T, true>;

// dx = (dy - sum(dy * y, last axis)) * y
absl::StatusOr<Gradients> SoftmaxGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output y = op.output(0);
  return Gradients{b.Mul(b.Sub(dy[0], b.Sum(b.Mul(dy[0], y), {-1}, /*keep_dims=*/true)), y)};
}

// dx = dy - sum(dy, last axis) * softmax(x)
absl::StatusOr<Gradients> LogSoftmaxGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output softmax = b.Exp(op.output(0));
  return Gradients{b.Sub(dy[0], b.Mul(b.Sum(dy[0], {-1}, /*keep_dims=*/true), softmax))};
}

}  // namespace

absl::Status RegisterSoftmax(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Softmax")
                               .Input("logits: T")
                               .Output("softmax: T")
                               .Attr("T: {half, bfloat16, float, double}")
                               .Doc("Softmax over the last axis. logits: [..., classes]; softmax: "
                                    "same shape, rows sum to 1.")
                               .Shape(AtLeastRank1, SameAsInput0)
                               .Gradient(SoftmaxGradient)
                               .Cpu<SoftmaxKernel, half, bfloat16, float, double>()));
  return r.Add(Op("LogSoftmax")
                   .Input("logits: T")
                   .Output("logsoftmax: T")
                   .Attr("T: {half, bfloat16, float, double}")
                   .Doc("The logarithm of the softmax over the last axis. logits: [..., classes]; "
                        "logsoftmax: same shape.")
                   .Shape(AtLeastRank1, SameAsInput0)
                   .Gradient(LogSoftmaxGradient)
                   .Cpu<LogSoftmaxKernel, half, bfloat16, float, double>());
}

}  // namespace millrace
