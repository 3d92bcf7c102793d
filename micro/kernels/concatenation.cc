#include "micro/kernels/concatenation.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/list_part.h"
#include "micro/kernels/common/quantization.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

Status CheckTypes(const OpContext& context) {
  const TensorView output = context.output();
  MR_ENSURE(context, BitsOf(output.type()) > 0, Status::kUnsupportedType,
            "the output is of no type of fixed size");
  for (int i = 0; i < context.num_inputs(); ++i) {
    MR_ENSURE(context, context.has_input(i), Status::kInvalidModel, "an input is absent");
    MR_ENSURE(context, context.input(i).type() == output.type(), Status::kUnsupportedType,
              "an input is not of the output's type");
  }
  return Status::kOk;
}

// Of the output.
int AxisOf(const OpContext& context, int field) {
  return ResolveAxis(context.options().Int32(field), context.output().rank());
}

// Inputs of uint8, which the format's oldest models have, may have scales of their own.
bool IsRescaled(const TensorView& input, const TensorView& output) {
  return output.type() == TensorType::kUInt8 &&
         (input.scale() != output.scale() || input.zero_point() != output.zero_point());
}

// Whether inputs may be parts of lists: floats, along axis 0 of several.
bool MayJoinLists(const OpContext& context, int axis) {
  return &kListJoin != nullptr && axis == 0 && context.output().rank() > 1 &&
         context.output().type() == TensorType::kFloat32;
}

Status PrepareConcatenation(OpContext& context) {
  MR_TRY(CheckTypes(context));
  MR_ENSURE(context,
            context.options().FusedActivation(ConcatenationOptions::kFusedActivationFunction) ==
                Activation::kNone,
            Status::kUnsupported, "a fused activation");
  const TensorView output = context.output();
  const Shape whole = output.shape();
  const int axis = AxisOf(context, ConcatenationOptions::kAxis);
  MR_ENSURE(context, axis >= 0, Status::kInvalidShape, "the axis is no dimension of the output");
  if (MayJoinLists(context, axis)) {
    JoinedLists* lists;
    MR_TRY(context.NewData(&lists));
    MR_TRY(kListJoin.prepare(context, lists));
    if (lists->parts != nullptr) return Status::kOk;
  }
  int64_t along_axis = 0;
  for (int i = 0; i < context.num_inputs(); ++i) {
    const TensorView input = context.input(i);
    const Shape part = input.shape();
    bool fits = part.rank == whole.rank;
    for (int d = 0; fits && d < whole.rank; ++d) fits = d == axis || part[d] == whole[d];
    MR_ENSURE(context, fits, Status::kInvalidShape,
              "an input differs from the output not only along the axis");
    along_axis += part[axis];
    MR_ENSURE(context,
              !IsRescaled(input, output) || (input.scale() > 0.0f && output.scale() > 0.0f),
              Status::kInvalidQuantization, "a scale is not positive");
  }
  MR_ENSURE(context, along_axis == whole[axis], Status::kInvalidShape,
            "the inputs do not add up to the output along the axis");
  return Status::kOk;
}

// In floats, as the peer has it.
void Rescale(const TensorView& input, const TensorView& output, int32_t parts, int32_t pitch,
             int32_t to) {
  const float factor = input.scale() * (1.0f / output.scale());
  const float offset = static_cast<float>(-input.zero_point()) * factor;
  const int32_t zero = output.zero_point(), run = input.elements() / parts;
  const auto* from = input.data<uint8_t>();
  auto* row = output.data<uint8_t>() + to;
  for (int32_t part = 0; part < parts; ++part, row += pitch) {
    for (int32_t i = 0; i < run; ++i) {
      const int32_t steps = RoundToInt(static_cast<float>(*from++) * factor + offset);
      row[i] = static_cast<uint8_t>(Clamp(steps + zero, 0, UINT8_MAX));
    }
  }
}

// Writes inputs beside each other, each `parts` runs of consecutive elements.
Status Join(OpContext& context, int32_t parts) {
  const TensorView output = context.output();
  if (output.elements() == 0) return Status::kOk;
  const int32_t pitch = output.elements() / parts;
  int32_t to = 0;
  for (int i = 0; i < context.num_inputs(); ++i) {
    const TensorView input = context.input(i);
    const int32_t run = input.elements() / parts;
    if (IsRescaled(input, output)) {
      Rescale(input, output, parts, pitch, to);
    } else {
      StridedCopy copy;
      copy.Add(parts, run, pitch);
      copy.Add(run, 1, 1);
      copy.Run(output.type(), input.raw(), 0, output.raw(), to);
    }
    to += run;
  }
  return Status::kOk;
}

Status InvokeConcatenation(OpContext& context) {
  const int axis = AxisOf(context, ConcatenationOptions::kAxis);
  if (MayJoinLists(context, axis) && context.data<JoinedLists>().parts != nullptr) {
    return kListJoin.invoke(context, context.data<JoinedLists>());
  }
  return Join(context, context.output().shape().Product(0, axis));
}

Status PreparePack(OpContext& context) {
  MR_TRY(CheckTypes(context));
  const Shape whole = context.output().shape();
  const int axis = AxisOf(context, PackOptions::kAxis);
  MR_ENSURE(context, axis >= 0, Status::kInvalidShape, "the axis is no dimension of the output");
  MR_ENSURE(context, whole[axis] == context.num_inputs(), Status::kInvalidShape,
            "the output has not as many elements along the axis as there are inputs");
  for (int i = 0; i < context.num_inputs(); ++i) {
    const Shape part = context.input(i).shape();
    bool fits = part.rank == whole.rank - 1;
    for (int d = 0; fits && d < part.rank; ++d) fits = part[d] == whole[d < axis ? d : d + 1];
    MR_ENSURE(context, fits, Status::kInvalidShape,
              "an input has not the output's shape without the axis");
  }
  return Status::kOk;
}

Status InvokePack(OpContext& context) {
  return Join(context, context.output().shape().Product(0, AxisOf(context, PackOptions::kAxis)));
}

}  // namespace

const OpRegistration kConcatenationOp = {
    .code = BuiltinOp::kConcatenation,
    .max_version = 7,
    .min_inputs = 1,
    .prepare = PrepareConcatenation,
    .invoke = InvokeConcatenation,
};

const OpRegistration kPackOp = {
    .code = BuiltinOp::kPack,
    .max_version = 5,
    .min_inputs = 1,
    .prepare = PreparePack,
    .invoke = InvokePack,
};

}  // namespace millrace::micro
