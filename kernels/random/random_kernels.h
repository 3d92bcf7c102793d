// The kernels of random ops over a distribution: with a generator of their own, or from a given
// seed. Any thread computes any part of the sequence, so the numbers do not depend on how many
// threads there are.
#ifndef MILLRACE_KERNELS_RANDOM_RANDOM_KERNELS_H_
#define MILLRACE_KERNELS_RANDOM_RANDOM_KERNELS_H_

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/base/philox.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/op_schema.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/int_args.h"

namespace millrace {

// Fills out[0 .. n).
template <typename Dist>
void FillRandom(const Philox& start, const Dist& dist, typename Dist::value_type* out, int64_t n,
                ThreadPool* pool) {
  using T = typename Dist::value_type;
  constexpr int64_t kGroupsPerShard = 2048;
  const int64_t groups = (n + Dist::kGroup - 1) / Dist::kGroup;
  pool->ParallelFor(groups, kGroupsPerShard, [&](int64_t begin, int64_t end) {
    Philox gen = start;
    gen.Skip(static_cast<uint64_t>(begin) * Dist::kSkip);
    for (int64_t g = begin; g < end; ++g, gen.Skip(Dist::kSkip)) {
      T values[Dist::kGroup];
      dist(gen, values);
      const int64_t at = g * Dist::kGroup;
      std::copy_n(values, std::min<int64_t>(Dist::kGroup, n - at), out + at);
    }
  });
}

// The generator of a stateful op: attributes seed and seed2, both 0 for one that differs every
// time. Thread-safe.
class GuardedPhilox {
 public:
  absl::Status Init(KernelConstruction& c);
  // A generator for the next `blocks` blocks, which nobody else gets.
  Philox Reserve(uint64_t blocks);
  // As TensorFlow reserves for n outputs of any distribution.
  Philox ReserveForOutputs(int64_t n) { return Reserve(static_cast<uint64_t>(n) * 256); }

 private:
  Mutex mu_;
  Philox gen_ ABSL_GUARDED_BY(mu_);
};

// The generator of a stateless op with a seed of two integers. INVALID_ARGUMENT for another shape.
absl::StatusOr<Philox> PhiloxFromSeed(const Tensor& seed);
// The generator of a stateless op with a key, a counter and an algorithm. UNIMPLEMENTED for another
// one than Philox.
absl::StatusOr<Philox> PhiloxFromKey(const Tensor& key, const Tensor& counter, const Tensor& alg);

// `F` makes the distribution: static absl::StatusOr<Dist> Make(KernelContext&, int
// first_extra_input).
template <typename F>
absl::Status FillOutput(KernelContext& c, const Philox& gen, int extra, const Shape& shape) {
  MR_ASSIGN_OR_RETURN(const auto dist, F::Make(c, extra));
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
  FillRandom(gen, dist, out->mutable_data<typename std::decay_t<decltype(dist)>::value_type>(),
             shape.num_elements(), c.pool());
  return absl::OkStatus();
}

// Ops derive a class template of their own of these, with a name that no other file uses: GCC gives
// a template that is passed to Op::CpuFor external linkage even if it is in an unnamed namespace,
// so that the linker takes two of one name for the same.

// (shape, extra...).
template <typename F>
class StatefulRandomKernel : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return gen_.Init(c); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(0), "shape"));
    return FillOutput<F>(c, gen_.ReserveForOutputs(shape.num_elements()), 1, shape);
  }

 private:
  GuardedPhilox gen_;
};

// (shape, seed, extra...).
template <typename F>
class StatelessRandomKernel : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(0), "shape"));
    MR_ASSIGN_OR_RETURN(const Philox gen, PhiloxFromSeed(c.input(1)));
    return FillOutput<F>(c, gen, 2, shape);
  }
};

// (shape, key, counter, alg, extra...).
template <typename F>
class StatelessRandomV2Kernel : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(0), "shape"));
    MR_ASSIGN_OR_RETURN(const Philox gen, PhiloxFromKey(c.input(1), c.input(2), c.input(3)));
    return FillOutput<F>(c, gen, 4, shape);
  }
};

// A distribution without parameters.
template <typename Dist>
struct MakeDefault {
  static absl::StatusOr<Dist> Make(KernelContext&, int) { return Dist(); }
};

// Output 0 has the shape in input 0.
absl::Status RandomShape(ShapeContext& c);
// The same, with a seed of shape [2] in input 1.
absl::Status StatelessShape(ShapeContext& c);
// The same, with key [1], counter [2] and a scalar algorithm in inputs 1 to 3.
absl::Status StatelessV2Shape(ShapeContext& c);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_RANDOM_RANDOM_KERNELS_H_
