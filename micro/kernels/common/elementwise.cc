#include "micro/kernels/common/elementwise.h"

#include "micro/kernels/common/broadcast.h"

namespace millrace::micro {

Status CheckPairs(const OpContext& context) {
  const TensorView a = context.input(0), b = context.input(1);
  MR_ENSURE(context, a.type() == b.type(), Status::kUnsupportedType,
            "the inputs are of different types");
  BroadcastPlan<2> plan;
  MR_ENSURE(context, PlanBroadcast<2>({a.shape(), b.shape()}, context.output().shape(), &plan),
            Status::kInvalidShape, "the inputs' shapes do not broadcast to the output's");
  return Status::kOk;
}

Status CheckPairsOfOneType(const OpContext& context) {
  MR_TRY(CheckPairs(context));
  return context.output().type() == context.input(0).type() ? Status::kOk
                                                            : NoKernelForType(context);
}

Status CheckElements(const OpContext& context) {
  MR_ENSURE(context, context.input(0).elements() == context.output().elements(),
            Status::kInvalidShape, "the output has not as many elements as the input");
  return Status::kOk;
}

Status CheckElementsOfOneType(const OpContext& context) {
  if (context.output().type() != context.input(0).type()) return NoKernelForType(context);
  return CheckElements(context);
}

Status NoKernelForType(const OpContext& context) {
  return context.Fail(Status::kUnsupportedType,
                      MR_WHY("no kernel for the types of the inputs and the output"));
}

void ForEachPairRow(const OpContext& context, const void* data,
                    void (*function)(const void* data, const PairRow& row)) {
  const TensorView a = context.input(0), b = context.input(1), output = context.output();
  BroadcastPlan<2> plan;
  PlanBroadcast<2>({a.shape(), b.shape()}, output.shape(), &plan);
  const int32_t in_bytes = BitsOf(a.type()) / 8, out_bytes = BitsOf(output.type()) / 8;
  uint8_t* out = output.data<uint8_t>();
  ForEachRow(plan, [&](const int32_t* positions, const int32_t* strides, int32_t count) {
    function(data, PairRow{a.data<uint8_t>() + positions[0] * in_bytes,
                           b.data<uint8_t>() + positions[1] * in_bytes, out, strides[0], strides[1],
                           count});
    out += count * out_bytes;
  });
}

}  // namespace millrace::micro
