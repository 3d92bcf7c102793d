#include "micro/kernels/sqrt.h"

#include <cmath>
#include <limits>

#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/fixed_point.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

// More steps than an integer type has.
constexpr int32_t kBeyond = 65536;

// A root has
//   Prepare(context)   what it needs of positive scales, into the op data
//   Of(x)              of floats
//   operator()(value)  output steps of value >= 0 input steps

struct Sqrt {
  static Status Prepare(const OpContext&) { return Status::kOk; }
  static float Of(float x) { return std::sqrt(x); }

  explicit Sqrt(const OpContext& context)
      : in_scale(context.input(0).scale()), out_scale(context.output().scale()) {}
  int32_t operator()(int32_t value) const {
    const float steps = std::sqrt(in_scale * static_cast<float>(value)) / out_scale;
    return steps < static_cast<float>(kBeyond) ? static_cast<int32_t>(steps) : kBeyond;
  }

  float in_scale, out_scale;
};

struct Rsqrt {
  static Status Prepare(const OpContext& context) {
    Requant* factor;
    MR_TRY(context.NewData(&factor));
    const float scale = std::sqrt(context.input(0).scale()) * context.output().scale();
    MR_ENSURE(context, RequantOf(1.0f, 1.0f, scale, factor), Status::kInvalidQuantization,
              "the scales of input and output do not fit");
    return Status::kOk;
  }
  static float Of(float x) { return 1.0f / std::sqrt(x); }

  explicit Rsqrt(const OpContext& context) : factor(context.data<Requant>()) {}
  int32_t operator()(int32_t value) const {
    constexpr int kFractionBits = 20;  // of the root before the output's scale is applied
    if (value == 0) return kBeyond;
    const Requant root = InverseSqrt(value);
    const int32_t fixed = MultiplyByRequant(1, root.multiplier, root.shift + kFractionBits);
    // `fixed` has 20 bits at most, so that nothing is left of it when all shifts are to be made.
    const int shift = factor.shift - kFractionBits;
    return MultiplyByRequant(fixed, factor.multiplier, shift < -31 ? -31 : shift);
  }

  Requant factor;
};

template <typename Root>
Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_TRY(CheckElementsOfOneType(context));
  switch (input.type()) {
    case TensorType::kFloat32:
      return Status::kOk;
    case TensorType::kInt8:
    case TensorType::kInt16:
      MR_ENSURE(context, input.scale() > 0.0f && output.scale() > 0.0f,
                Status::kInvalidQuantization, "a scale is not positive");
      return Root::Prepare(context);
    default:
      return NoKernelForType(context);
  }
}

template <typename T, typename Root>
Status RunQuantized(const OpContext& context) {
  const int32_t in_zero = context.input(0).zero_point(), out_zero = context.output().zero_point();
  const Root root(context);
  bool defined = true;
  bool* const all_defined = &defined;
  RunElements<T, T>(context, [=](T x) {
    const int32_t value = x - in_zero;
    if (value < 0) {
      *all_defined = false;
      return T{0};
    }
    using Ends = std::numeric_limits<T>;
    return static_cast<T>(Clamp(root(value) + out_zero, Ends::min(), Ends::max()));
  });
  MR_ENSURE(context, defined, Status::kInvokeFailed, "the root of a negative value");
  return Status::kOk;
}

template <typename Root>
Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kInt8:
      return RunQuantized<int8_t, Root>(context);
    case TensorType::kInt16:
      return RunQuantized<int16_t, Root>(context);
    default:
      RunElements<float, float>(context, [](float x) { return Root::Of(x); });
      return Status::kOk;
  }
}

}  // namespace

const OpRegistration kSqrtOp = {
    .code = BuiltinOp::kSqrt,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare<Sqrt>,
    .invoke = Invoke<Sqrt>,
};

const OpRegistration kRsqrtOp = {
    .code = BuiltinOp::kRsqrt,
    .max_version = 3,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare<Rsqrt>,
    .invoke = Invoke<Rsqrt>,
};

}  // namespace millrace::micro
