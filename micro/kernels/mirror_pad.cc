#include "micro/kernels/mirror_pad.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kPaddings };
enum Mode : int8_t { kReflect = 0, kSymmetric = 1 };

// How many elements of the edge are left out.
int32_t LeftOut(const OpContext& context) {
  return context.options().Int8(MirrorPadOptions::kMode) == kReflect ? 1 : 0;
}

Status Check(const OpContext& context) {
  const Shape inside = context.input(kInput).shape(), whole = context.output().shape();
  const TensorView paddings = context.input(kPaddings);
  const int32_t left_out = LeftOut(context);
  for (int d = 0; d < inside.rank; ++d) {
    const int64_t before = IndexAt(paddings, 2 * d), after = IndexAt(paddings, 2 * d + 1);
    const int64_t most = inside[d] - left_out;
    MR_ENSURE(context,
              (before == 0 || (before > 0 && before <= most)) &&
                  (after == 0 || (after > 0 && after <= most)),
              Status::kInvalidShape, "a padding is negative or longer than what it mirrors");
    MR_ENSURE(context, whole[d] == before + inside[d] + after, Status::kInvalidShape,
              "the output is not the input with the paddings");
  }
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView input = context.input(kInput), output = context.output();
  const TensorView paddings = context.input(kPaddings);
  MR_ENSURE(context, input.type() == output.type() && BitsOf(input.type()) > 0,
            Status::kUnsupportedType, "input and output are not of one type of fixed size");
  MR_ENSURE(context, IsIndexType(paddings.type()), Status::kUnsupportedType,
            "the paddings are not integers");
  MR_ENSURE(context, paddings.elements() == 2 * input.rank() && output.rank() == input.rank(),
            Status::kInvalidShape, "paddings and output do not fit the input's dimensions");
  const int8_t mode = context.options().Int8(MirrorPadOptions::kMode);
  MR_ENSURE(context, mode == kReflect || mode == kSymmetric, Status::kUnsupported,
            "a mode that is neither REFLECT nor SYMMETRIC");
  return IsConstant(paddings) ? Check(context) : Status::kOk;
}

// Copies the input into its place, then mirrors one dimension after another within the output:
// what lies outside of the dimensions done so far is written once they are right inside.
Status Invoke(OpContext& context) {
  MR_TRY(Check(context));
  const TensorView input = context.input(kInput), output = context.output();
  const TensorView paddings = context.input(kPaddings);
  if (output.elements() == 0) return Status::kOk;
  const Shape inside = input.shape(), whole = output.shape();
  const Strides pitch(inside), out_pitch(whole);
  const int32_t left_out = LeftOut(context);
  int32_t first[kMaxRank], done[kMaxRank];  // the part of the output that is written
  StridedCopy middle;
  int32_t origin = 0;
  for (int d = 0; d < whole.rank; ++d) {
    middle.Add(inside[d], pitch[d], out_pitch[d]);
    first[d] = static_cast<int32_t>(IndexAt(paddings, 2 * d));
    done[d] = inside[d];
    origin += first[d] * out_pitch[d];
  }
  middle.Run(input.type(), input.raw(), 0, output.raw(), origin);
  for (int d = whole.rank - 1; d >= 0; --d) {
    const int32_t before = first[d], after = whole[d] - before - inside[d];
    const int32_t last = before + inside[d] - 1;
    int32_t base = 0;  // of the written part, but for dimension d
    for (int k = 0; k < whole.rank; ++k) base += k == d ? 0 : first[k] * out_pitch[k];
    const auto mirror = [&](int32_t count, int32_t from, int32_t from_step, int32_t to) {
      StridedCopy copy;
      for (int k = 0; k < whole.rank; ++k) {
        const bool along = k == d;
        copy.Add(along ? count : done[k], along ? from_step * out_pitch[k] : out_pitch[k],
                 out_pitch[k]);
      }
      copy.Run(output.type(), output.raw(), base + from * out_pitch[d], output.raw(),
               base + to * out_pitch[d]);
    };
    // `to` runs forwards: before the first element from far to near, behind the last away from it.
    if (before > 0) mirror(before, before + left_out + before - 1, -1, 0);
    if (after > 0) mirror(after, last - left_out, -1, last + 1);
    first[d] = 0;
    done[d] = whole[d];
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kMirrorPadOp = {
    .code = BuiltinOp::kMirrorPad,
    .max_version = 4,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
