// Single numbers drawn one after the other, for distributions that need an unknown count of them,
// in the order in which TensorFlow's kernels draw.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/philox.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"
#include "kernels/array/int_args.h"
#include "kernels/random/distributions.h"
#include "kernels/random/random_kernels.h"

namespace millrace {

// The numbers of a distribution that makes them from one block: the last of each block first.
template <typename Dist>
class Draws {
 public:
  explicit Draws(Philox* gen) : gen_(gen) {}
  typename Dist::value_type operator()() {
    if (left_ == 0) {
      Dist()(*gen_, values_);
      gen_->Skip(1);
      left_ = Dist::kGroup;
    }
    return values_[--left_];
  }

 private:
  Philox* const gen_;
  typename Dist::value_type values_[Dist::kGroup];
  int left_ = 0;
};

// Fills output 0, of shape `shape`, whose last dimensions are `parameters`: element [s, p] is
// draw(p, i), where i counts the elements parameter by parameter. INVALID_ARGUMENT unless the shape
// ends so.
absl::Status FillSamples(KernelContext& c, const Shape& shape, const Shape& parameters,
                         absl::FunctionRef<double(int64_t p, int64_t i)> draw);
// The same, given the value of parameter p and a generator with 256 blocks of its own.
absl::Status FillByParameter(KernelContext& c, const Philox& start, const Shape& shape,
                             const Tensor& parameters,
                             absl::FunctionRef<double(double parameter, Philox gen)> draw);

// The same from one generator: fill(p, generator, samples, to) sets all samples of parameter p.
absl::Status FillInOrder(
    KernelContext& c, Philox gen, const Shape& shape, const Shape& parameters,
    absl::FunctionRef<void(int64_t p, Philox* gen, int64_t samples, double* to)> fill);

// The elements of `t`, broadcast to a shape.
absl::StatusOr<std::vector<double>> SpreadTo(const Tensor& t, const Shape& shape);

// The shape of so many samples of each parameter.
absl::StatusOr<Shape> SamplesShape(const Shape& samples, const Shape& parameters);

// (shape, parameters) -> so many samples of each parameter, from the kernel's own generator.
template <double (*kDraw)(double parameter, Philox gen)>
class SamplesKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return gen_.Init(c); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape samples, ShapeArg(c.input(0), "shape"));
    MR_ASSIGN_OR_RETURN(const Shape shape, SamplesShape(samples, c.input(1).shape()));
    return FillByParameter(c, gen_.ReserveForOutputs(shape.num_elements()), shape, c.input(1),
                           kDraw);
  }

 private:
  GuardedPhilox gen_;
};

// Shape function: input 0 as a shape, followed by the dimensions of input 1.
absl::Status SamplesOfParametersShape(ShapeContext& c);

}  // namespace millrace
