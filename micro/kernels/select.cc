#include "micro/kernels/select.h"

#include "micro/kernels/common/broadcast.h"
#include "micro/kernels/common/elementwise.h"

namespace millrace::micro {
namespace {

enum Inputs { kCondition, kA, kB };

// A condition by rows is a column that broadcasts.
bool Plan(const OpContext& context, BroadcastPlan<3>* plan) {
  const Shape output = context.output().shape();
  Shape condition = context.input(kCondition).shape();
  int32_t column[kMaxBroadcastRank] = {1, 1, 1, 1, 1, 1};
  if (context.code() == BuiltinOp::kSelect && condition.rank == 1 && output.rank > 1 &&
      output.rank <= kMaxBroadcastRank) {
    column[0] = condition[0];
    condition = Shape{column, output.rank};
  }
  return PlanBroadcast<3>({condition, context.input(kA).shape(), context.input(kB).shape()}, output,
                          plan);
}

Status Prepare(OpContext& context) {
  const TensorView a = context.input(kA), b = context.input(kB), output = context.output();
  const TensorType type = output.type();
  if (context.input(kCondition).type() != TensorType::kBool || a.type() != type ||
      b.type() != type || BitsOf(type) < 8 || BitsOf(type) > 64) {
    return NoKernelForType(context);
  }
  MR_ENSURE(context,
            context.code() == BuiltinOp::kSelectV2 ||
                (a.shape() == output.shape() && b.shape() == output.shape()),
            Status::kInvalidShape, "the inputs' shapes are not the output's");
  BroadcastPlan<3> plan;
  MR_ENSURE(context, Plan(context, &plan), Status::kInvalidShape,
            "the inputs' shapes do not broadcast to the output's");
  return Status::kOk;
}

// On hosts.
template <typename T>
void SelectRow(const uint8_t* condition, const T* a, const T* b, int32_t count, T* out) {
  MR_INDEPENDENT
  for (int32_t i = 0; i < count; ++i) {
    const T x = a[i], y = b[i];
    out[i] = condition[i] != 0 ? x : y;
  }
}

template <typename T>
void Run(const OpContext& context) {
  BroadcastPlan<3> plan;
  Plan(context, &plan);
  const uint8_t* condition = context.input_data<uint8_t>(kCondition);
  const T* a = context.input_data<T>(kA);
  const T* b = context.input_data<T>(kB);
  T* out = context.output_data<T>();
  ForEachRow(plan, [&](const int32_t* at, const int32_t* strides, int32_t count) {
    if (kHasRoomForLoops && strides[0] == 1 && strides[1] == 1 && strides[2] == 1) {
      SelectRow(condition + at[0], a + at[1], b + at[2], count, out);
      out += count;
      return;
    }
    for (int32_t i = 0; i < count; ++i) {
      *out++ =
          condition[at[0] + i * strides[0]] ? a[at[1] + i * strides[1]] : b[at[2] + i * strides[2]];
    }
  });
}

Status Invoke(OpContext& context) {
  switch (BitsOf(context.output().type())) {
    case 8:
      Run<uint8_t>(context);
      break;
    case 16:
      Run<uint16_t>(context);
      break;
    case 32:
      Run<uint32_t>(context);
      break;
    default:
      Run<uint64_t>(context);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kSelectOp = {
    .code = BuiltinOp::kSelect,
    .max_version = 4,
    .min_inputs = 3,
    .max_inputs = 3,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kSelectV2Op = {
    .code = BuiltinOp::kSelectV2,
    .max_version = 2,
    .min_inputs = 3,
    .max_inputs = 3,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
