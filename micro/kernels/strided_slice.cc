#include "micro/kernels/strided_slice.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kBegin, kEnd, kSteps };

struct Masks {
  explicit Masks(const OptionsReader& options)
      : begin(options.Int32(StridedSliceOptions::kBeginMask)),
        end(options.Int32(StridedSliceOptions::kEndMask)),
        ellipsis(options.Int32(StridedSliceOptions::kEllipsisMask)),
        new_axis(options.Int32(StridedSliceOptions::kNewAxisMask)),
        shrink_axis(options.Int32(StridedSliceOptions::kShrinkAxisMask)),
        end_is_offset(options.Bool(StridedSliceOptions::kOffset)) {}
  static bool Has(int32_t mask, int i) { return i < 32 && (mask >> i & 1) != 0; }

  int32_t begin, end, ellipsis, new_axis, shrink_axis;
  bool end_is_offset;
};

// What is taken along one dimension.
struct Range {
  int64_t first;
  int64_t step;
  int32_t count;
};

int64_t Limit(int64_t x, int64_t low, int64_t high) { return x < low ? low : x > high ? high : x; }

Status RangeOf(const OpContext& context, const Masks& masks, int i, int32_t size, Range* range) {
  // Beyond 32 bits all values mean the same: outside.
  constexpr int64_t kFar = int64_t{1} << 40;
  const int64_t step = Limit(IndexAt(context.input(kSteps), i), -kFar, kFar);
  const int64_t given_begin = Limit(IndexAt(context.input(kBegin), i), -kFar, kFar);
  int64_t end = Limit(IndexAt(context.input(kEnd), i), -kFar, kFar);
  MR_ENSURE(context, step != 0, Status::kInvalidShape, "a stride is 0");
  const int64_t begin = given_begin < 0 ? given_begin + size : given_begin;
  if (masks.end_is_offset) {
    end += begin;
  } else if (end < 0) {
    end += size;
  }
  if (Masks::Has(masks.shrink_axis, i)) {
    MR_ENSURE(context, begin >= 0 && begin < size, Status::kInvalidShape,
              "an index lies outside of the input");
    *range = {begin, 1, 1};
    return Status::kOk;
  }
  // Backwards, the place before the first element is -1.
  const int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : int64_t{size} - 1;
  const int64_t first =
      Masks::Has(masks.begin, i) ? (step > 0 ? low : high) : Limit(begin, low, high);
  const int64_t last = Masks::Has(masks.end, i) ? (step > 0 ? high : low) : Limit(end, low, high);
  const int64_t length = step > 0 ? last - first : first - last;
  const int64_t width = step > 0 ? step : -step;
  *range = {first, step, length <= 0 ? 0 : static_cast<int32_t>((length + width - 1) / width)};
  return Status::kOk;
}

// Dimensions of the input that the ellipsis (or the end of the indices) stands for.
int HiddenDimensions(const Masks& masks, int indices, int rank) {
  int shown = 0;
  for (int i = 0; i < indices; ++i) {
    if (!Masks::Has(masks.ellipsis, i) && !Masks::Has(masks.new_axis, i)) ++shown;
  }
  return rank - shown;
}

struct Plan {
  StridedCopy copy;
  int32_t from = 0;
};

Status MakePlan(const OpContext& context, Plan* plan) {
  const Masks masks(context.options());
  const Shape whole = context.input(kInput).shape();
  const Strides pitch(whole);
  Range ranges[kMaxRank];
  const int indices = context.input(kBegin).elements();
  const int hidden = HiddenDimensions(masks, indices, whole.rank);
  MR_ENSURE(context, hidden >= 0, Status::kInvalidShape,
            "there are more indices than dimensions of the input");
  int d = 0;
  bool met_ellipsis = false;
  for (int i = 0; i < indices; ++i) {
    if (Masks::Has(masks.ellipsis, i)) {
      MR_ENSURE(context, !met_ellipsis, Status::kInvalidShape, "there are two ellipses");
      met_ellipsis = true;
      for (int k = 0; k < hidden; ++k, ++d) ranges[d] = {0, 1, whole[d]};
    } else if (!Masks::Has(masks.new_axis, i)) {
      MR_TRY(RangeOf(context, masks, i, whole[d], &ranges[d]));
      ++d;
    }
  }
  for (; d < whole.rank; ++d) ranges[d] = {0, 1, whole[d]};
  int64_t elements = 1;  // at most the input's
  for (d = 0; d < whole.rank; ++d) elements *= ranges[d].count;
  MR_ENSURE(context, elements == context.output().elements(), Status::kInvalidShape,
            "the output is not as large as the slice");
  if (elements == 0) return Status::kOk;  // nothing is copied from outside
  int32_t out_pitch = static_cast<int32_t>(elements);
  for (d = 0; d < whole.rank; ++d) {
    out_pitch /= ranges[d].count;
    plan->copy.Add(ranges[d].count, ranges[d].step * pitch[d], out_pitch);
    plan->from += static_cast<int32_t>(ranges[d].first) * pitch[d];
  }
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView input = context.input(kInput), output = context.output();
  MR_ENSURE(context, input.type() == output.type() && BitsOf(input.type()) > 0,
            Status::kUnsupportedType, "input and output are not of one type of fixed size");
  const int32_t indices = context.input(kBegin).elements();
  bool constant = true;
  for (int i = kBegin; i <= kSteps; ++i) {
    const TensorView tensor = context.input(i);
    MR_ENSURE(context, IsIndexType(tensor.type()), Status::kUnsupportedType,
              "begin, end and strides are not integers");
    MR_ENSURE(context, tensor.elements() == indices && indices <= 2 * kMaxRank,
              Status::kInvalidShape, "begin, end and strides are not of one length");
    constant = constant && IsConstant(tensor);
  }
  if (!constant) return Status::kOk;
  Plan plan;
  return MakePlan(context, &plan);
}

Status Invoke(OpContext& context) {
  Plan plan;
  MR_TRY(MakePlan(context, &plan));
  const TensorView input = context.input(kInput), output = context.output();
  if (output.elements() == 0) return Status::kOk;
  plan.copy.Run(input.type(), input.raw(), plan.from, output.raw(), 0);
  return Status::kOk;
}

}  // namespace

const OpRegistration kStridedSliceOp = {
    .code = BuiltinOp::kStridedSlice,
    .max_version = 8,
    .min_inputs = 4,
    .max_inputs = 4,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
