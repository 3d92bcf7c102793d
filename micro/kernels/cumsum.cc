#include "micro/kernels/cumsum.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kAxis };

// The tensor as [outer, axis, inner].
struct Plan {
  int32_t outer, axis, inner;
  bool exclusive, reverse;
};

Status MakePlan(const OpContext& context, Plan* plan) {
  const Shape shape = context.input(kInput).shape();
  const int axis = ResolveAxis(IndexAt(context.input(kAxis), 0), shape.rank);
  MR_ENSURE(context, axis >= 0, Status::kInvalidShape, "the axis is no dimension of the input");
  const OptionsReader options = context.options();
  *plan = {shape.Product(0, axis), shape[axis], shape.Product(axis + 1, shape.rank),
           options.Bool(CumsumOptions::kExclusive), options.Bool(CumsumOptions::kReverse)};
  return Status::kOk;
}

// int8 sums are kept in units of the input's step / 2^(kSumBits - 1).
constexpr int kSumBits = 20;

Status RescaleOf(const OpContext& context, Requant* rescale) {
  const float scale = context.input(kInput).scale();
  MR_ENSURE(context,
            RequantOf(2.0f * scale, 1.0f / static_cast<float>(1 << kSumBits),
                      context.output().scale(), rescale),
            Status::kInvalidQuantization, "the scales of input and output do not fit");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView input = context.input(kInput), axis = context.input(kAxis);
  const TensorView output = context.output();
  const TensorType type = input.type();
  MR_ENSURE(context,
            output.type() == type && (type == TensorType::kFloat32 || type == TensorType::kInt32 ||
                                      type == TensorType::kInt64 || type == TensorType::kInt8),
            Status::kUnsupportedType, "no kernel for the types of input and output");
  MR_ENSURE(context, input.shape() == output.shape(), Status::kInvalidShape,
            "the output has not the input's shape");
  MR_ENSURE(context, IsIndexType(axis.type()) && axis.elements() == 1, Status::kInvalidShape,
            "the axis is not one integer");
  Requant rescale;
  if (type == TensorType::kInt8) MR_TRY(RescaleOf(context, &rescale));
  Plan plan;
  return IsConstant(axis) ? MakePlan(context, &plan) : Status::kOk;
}

// Plain sums; unsigned numbers stand for signed ones, as they wrap.
template <typename T>
struct PlainSum {
  T sum = 0;
  void Add(T x) { sum += x; }
  T Value() const { return sum; }
};

struct QuantisedSum {
  int32_t sum = 0;
  int32_t input_zero_point;
  int32_t output_zero_point;
  Requant rescale;
  void Add(int8_t x) { sum += (x - input_zero_point) * (1 << (kSumBits - 1)); }
  int8_t Value() const {
    return static_cast<int8_t>(
        Clamp(MultiplyByRequant(sum, rescale) + output_zero_point, -128, 127));
  }
};

template <typename T, typename Sum>
Status Accumulate(const OpContext& context, const Plan& p, const Sum& zero) {
  const T* in = context.input_data<T>(kInput);
  T* out = context.output_data<T>();
  const ptrdiff_t block = ptrdiff_t{p.axis} * p.inner;
  for (int32_t outer = 0; outer < p.outer; ++outer, in += block, out += block) {
    for (int32_t i = 0; i < p.inner; ++i) {
      Sum sum = zero;
      for (int32_t a = 0; a < p.axis; ++a) {
        const ptrdiff_t at = ptrdiff_t{p.reverse ? p.axis - 1 - a : a} * p.inner + i;
        if (p.exclusive) out[at] = sum.Value();
        sum.Add(in[at]);
        if (!p.exclusive) out[at] = sum.Value();
      }
    }
  }
  return Status::kOk;
}

Status Invoke(OpContext& context) {
  Plan plan;
  MR_TRY(MakePlan(context, &plan));
  if (context.output().elements() == 0) return Status::kOk;
  switch (context.input(kInput).type()) {
    case TensorType::kFloat32:
      return Accumulate<float>(context, plan, PlainSum<float>());
    case TensorType::kInt32:
      return Accumulate<uint32_t>(context, plan, PlainSum<uint32_t>());
    case TensorType::kInt64:
      return Accumulate<uint64_t>(context, plan, PlainSum<uint64_t>());
    default: {
      QuantisedSum zero;
      zero.input_zero_point = context.input(kInput).zero_point();
      // TensorFlow Lite Micro, the only other implementation, begins with the input's 0, not the
      // real 0; a model that is tuned there gives the same here.
      zero.sum = -zero.input_zero_point * (1 << (kSumBits - 1));
      zero.output_zero_point = context.output().zero_point();
      MR_TRY(RescaleOf(context, &zero.rescale));
      return Accumulate<int8_t>(context, plan, zero);
    }
  }
}

}  // namespace

const OpRegistration kCumsumOp = {
    .code = BuiltinOp::kCumsum,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
