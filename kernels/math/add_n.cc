// AddN, AccumulateNV2: the sum of several tensors of one shape.
#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/arithmetic.h"

namespace millrace {
namespace {

template <typename T>
class AddNKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& first = c.input(0);
    absl::InlinedVector<const T*, 8> xs;
    for (int i = 0; i < c.num_inputs(); ++i) {
      if (c.input(i).shape() != first.shape()) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Inputs to operation must have the same size and shape.  Input 0: ",
            first.shape().ToString(), " != input ", i, ": ", c.input(i).shape().ToString()));
      }
      xs.push_back(c.input(i).data<T>());
    }
    if (xs.size() == 1) {
      c.set_output(0, first);
      return absl::OkStatus();
    }
    const int64_t n = first.num_elements();
    Tensor* sum;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0, 1}, 0, first.shape(), &sum));
    T* out = sum->mutable_data<T>();
    c.pool()->ParallelFor(n, 32768, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i += kBlock) AddBlock(xs, i, std::min(kBlock, end - i), out);
    });
    return absl::OkStatus();
  }

 private:
  static constexpr int64_t kBlock = 1024;
  using A = ArithmeticType<T>;

  // All inputs of a block are read before it is written, since the output may be one of them.
  static void AddBlock(absl::Span<const T* const> xs, int64_t at, int64_t n, T* out) {
    A total[kBlock];
    for (int64_t i = 0; i < n; ++i)
      total[i] = Plus(static_cast<A>(xs[0][at + i]), static_cast<A>(xs[1][at + i]));
    for (size_t k = 2; k < xs.size(); ++k) {
      const T* x = xs[k] + at;
      for (int64_t i = 0; i < n; ++i) total[i] = Plus(total[i], static_cast<A>(x[i]));
    }
    for (int64_t i = 0; i < n; ++i) out[at + i] = static_cast<T>(total[i]);
  }
};

absl::StatusOr<Gradients> AddNGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients(static_cast<size_t>(op.num_inputs()), dy[0]);
}

absl::Status AccumulateShape(ShapeContext& c) {
  PartialShape shape;
  MR_RETURN_IF_ERROR(c.GetAttr("shape", &shape));
  MR_RETURN_IF_ERROR(MergeInputs(c));
  MR_ASSIGN_OR_RETURN(shape, shape.MergeWith(c.output(0)));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterAddN(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("AddN")
                .Input("inputs: N * T")
                .Output("sum: T")
                .Attr("N: int >= 1")
                .Attr("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, "
                      "quint8, qint32, bfloat16, qint16, quint16, uint16, complex128, half, "
                      "uint32, uint64, variant}")
                .Commutative()
                .Aggregate()
                .Doc("The sum of all inputs, which are of one shape.")
                .Shape(MergeInputs)
                .Gradient(AddNGradient)
                .Cpu<AddNKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t, int64_t,
                     uint8_t, uint16_t, uint32_t, uint64_t, complex64, complex128>()));
  return r.Add(Op("AccumulateNV2")
                   .Input("inputs: N * T")
                   .Output("sum: T")
                   .Attr("N: int >= 1")
                   .Attr("T: numbertype")
                   .Attr("shape: shape")
                   .Commutative()
                   .Aggregate()
                   .Doc("The sum of all inputs, which are of the shape given.")
                   .Shape(AccumulateShape)
                   .Gradient(AddNGradient)
                   .Cpu<AddNKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                        int64_t, uint8_t, uint16_t, uint32_t, uint64_t, complex64, complex128>());
}

}  // namespace millrace
