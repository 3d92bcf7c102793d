// One kernel for all ops that update a variable and its slots from a gradient: Apply...,
// SparseApply... and their forms for resource variables. An optimizer is a small rule that says
// what happens to one element.
#ifndef MILLRACE_KERNELS_STATE_OPTIMIZER_KERNEL_H_
#define MILLRACE_KERNELS_STATE_OPTIMIZER_KERNEL_H_

#include <cstdint>
#include <type_traits>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/float16.h"

namespace millrace {

// Attributes that some optimizers have; false where the op has none of that name.
struct OptimizerFlags {
  bool use_nesterov = false;
  bool update_slots = true;
  bool multiply_linear_by_lr = false;
};

// The scalar inputs (all but variables, gradient and indices) in the op's order.
using OptimizerScalars = absl::InlinedVector<double, 8>;

// Looks variables up and locks them, checks shapes, shards; `Update` does the arithmetic. The
// update of all variables is one: nobody sees one of them without the others under these mutexes.
class OptimizerKernel : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override;
  absl::Status Compute(KernelContext& c) override;

 protected:
  // `slots`: how many inputs are variables, the first of them the variable itself. `grad`: the
  // gradient's input; `sparse`: the next input holds the rows that it is for.
  OptimizerKernel(DType dtype, int slots, int grad, bool sparse)
      : dtype_(dtype), slots_(slots), grad_(grad), sparse_(sparse) {}

  static constexpr int kMaxSlots = 4;
  // Elements 0 .. n-1 at each of `slots`, from the gradient's elements 0 .. n-1.
  virtual void Update(const OptimizerScalars& scalars, const OptimizerFlags& flags,
                      void* const* slots, const void* grad, int64_t n) const = 0;

 private:
  absl::Status CheckShapes(KernelContext& c, class LockedVariables& variables) const;
  void UpdateDense(KernelContext& c, const OptimizerScalars& scalars,
                   class LockedVariables& variables) const;
  absl::Status UpdateRows(KernelContext& c, const OptimizerScalars& scalars,
                          class LockedVariables& variables) const;

  const DType dtype_;
  const int slots_, grad_;
  const bool sparse_;
  OptimizerFlags flags_;
};

// 16-bit floats are calculated in float.
template <typename T>
using OptimizerArithmetic =
    std::conditional_t<std::is_same_v<T, half> || std::is_same_v<T, bfloat16>, float, T>;

// A rule is a template over the arithmetic type A:
//   static constexpr int kSlots, kGrad;               as for OptimizerKernel
//   Rule(const OptimizerScalars&, const OptimizerFlags&);
//   void operator()(A grad, A& var, A& slot1, ...) const;   kSlots references
template <template <typename> class Rule, typename T, bool kSparse>
class RuleKernel final : public OptimizerKernel {
  using A = OptimizerArithmetic<T>;
  using R = Rule<A>;

 public:
  RuleKernel() : OptimizerKernel(kDTypeOf<T>, R::kSlots, R::kGrad, kSparse) {}

 protected:
  void Update(const OptimizerScalars& scalars, const OptimizerFlags& flags, void* const* slots,
              const void* grad, int64_t n) const override {
    const R rule(scalars, flags);
    const T* __restrict g = static_cast<const T*>(grad);
    T* __restrict var = static_cast<T*>(slots[0]);
    if constexpr (R::kSlots == 1) {
      for (int64_t i = 0; i < n; ++i) {
        A v(var[i]);
        rule(A(g[i]), v);
        var[i] = T(v);
      }
    } else if constexpr (R::kSlots == 2) {
      T* __restrict s1 = static_cast<T*>(slots[1]);
      for (int64_t i = 0; i < n; ++i) {
        A v(var[i]), a(s1[i]);
        rule(A(g[i]), v, a);
        var[i] = T(v), s1[i] = T(a);
      }
    } else if constexpr (R::kSlots == 3) {
      T* __restrict s1 = static_cast<T*>(slots[1]);
      T* __restrict s2 = static_cast<T*>(slots[2]);
      for (int64_t i = 0; i < n; ++i) {
        A v(var[i]), a(s1[i]), b(s2[i]);
        rule(A(g[i]), v, a, b);
        var[i] = T(v), s1[i] = T(a), s2[i] = T(b);
      }
    } else {
      static_assert(R::kSlots == 4);
      T* __restrict s1 = static_cast<T*>(slots[1]);
      T* __restrict s2 = static_cast<T*>(slots[2]);
      T* __restrict s3 = static_cast<T*>(slots[3]);
      for (int64_t i = 0; i < n; ++i) {
        A v(var[i]), a(s1[i]), b(s2[i]), d(s3[i]);
        rule(A(g[i]), v, a, b, d);
        var[i] = T(v), s1[i] = T(a), s2[i] = T(b), s3[i] = T(d);
      }
    }
  }
};

// Output 0, where there is one (ops on references), has the variable's shape; variables and
// gradient agree.
absl::Status OptimizerShape(ShapeContext& c);

// Adds what all optimizer ops have: shape function, the mark that they are not differentiable, a
// kernel a dtype.
template <template <typename> class Rule, bool kSparse>
Op& OptimizerOp(Op& op) {
  const auto add = [&](auto value) {
    using T = decltype(value);
    op.AddKernel({"CPU",
                  {{"T", kDTypeOf<T>}},
                  {},
                  []() -> std::unique_ptr<Kernel> {
                    return std::make_unique<RuleKernel<Rule, T, kSparse>>();
                  },
                  nullptr});
  };
  add(half());
  add(bfloat16());
  add(float());
  add(double());
  return op.Shape(OptimizerShape).NotDifferentiable();
}

}  // namespace millrace

#endif  // MILLRACE_KERNELS_STATE_OPTIMIZER_KERNEL_H_
