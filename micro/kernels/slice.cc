#include "micro/kernels/slice.h"

#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/list_part.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kBegin, kSize };

// Only slices of floats have op data: of other types loops do not make lists.
bool HasData(const OpContext& context) {
  return context.output().type() == TensorType::kFloat32 && context.output().rank() > 1;
}

// Whether the data decide how many rows the output has: the size does, or the begin alone.
bool CutsList(const OpContext& context) {
  const TensorView begin = context.input(kBegin), size = context.input(kSize);
  return HasData(context) && (!IsConstant(size) || (!IsConstant(begin) && IndexAt(size, 0) == -1));
}

// The copy, and the element of the input where it begins. part: of a list, gets its rows, which are
// whole ones when the output is not as large as it says; else nullptr.
Status MakeCopy(const OpContext& context, ListPart* part, StridedCopy* copy, int32_t* from) {
  const Shape whole = context.input(kInput).shape(), output = context.output().shape();
  const TensorView begin = context.input(kBegin), size = context.input(kSize);
  const Strides pitch(whole);
  int32_t counts[kMaxRank];
  bool whole_rows = part != nullptr, as_declared = true;
  *from = 0;
  for (int d = 0; d < whole.rank; ++d) {
    const int64_t first = IndexAt(begin, d);
    int64_t count = IndexAt(size, d);
    MR_ENSURE(context, first >= 0 && first <= whole[d], Status::kInvalidShape,
              "the slice begins outside of the input");
    if (count == -1) count = whole[d] - first;
    MR_ENSURE(context, count >= 0 && count <= whole[d] - first, Status::kInvalidShape,
              "the slice ends outside of the input");
    counts[d] = static_cast<int32_t>(count);
    as_declared = as_declared && count == output[d];
    whole_rows = whole_rows && (d == 0 || count == whole[d]);
    *from += static_cast<int32_t>(first) * pitch[d];
  }
  MR_ENSURE(context, as_declared || whole_rows, Status::kInvalidShape,
            "the output is not as large as the slice");
  const Strides out_pitch(Shape{counts, whole.rank});
  for (int d = 0; d < whole.rank; ++d) copy->Add(counts[d], pitch[d], out_pitch[d]);
  if (part != nullptr) part->rows = whole_rows ? counts[0] : 0;
  return Status::kOk;
}

__attribute__((cold)) Status PrepareListPart(const OpContext& context, ListPart* part) {
  const TensorView input = context.input(kInput);
  MR_ENSURE(context, input.elements() > 0 && context.output().elements() <= input.elements(),
            Status::kInvalidShape, "the output is larger than the input, or of nothing");
  part->row_elements = input.elements() / input.dim(0);
  MR_TRY(context.Allocate(input.bytes(), 16, &part->memory));
  context.SetOutputData(0, part->memory);
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView input = context.input(kInput), output = context.output();
  const TensorView begin = context.input(kBegin), size = context.input(kSize);
  MR_ENSURE(context, input.type() == output.type() && BitsOf(input.type()) > 0,
            Status::kUnsupportedType, "input and output are not of one type of fixed size");
  MR_ENSURE(context, IsIndexType(begin.type()) && IsIndexType(size.type()),
            Status::kUnsupportedType, "begin and size are not integers");
  MR_ENSURE(context,
            begin.elements() == input.rank() && size.elements() == input.rank() &&
                output.rank() == input.rank(),
            Status::kInvalidShape, "begin, size and output do not fit the input's dimensions");
  if (HasData(context)) {
    ListPart* part;
    MR_TRY(context.NewData(&part));
    if (CutsList(context)) return PrepareListPart(context, part);
  }
  if (!IsConstant(begin) || !IsConstant(size)) return Status::kOk;
  StridedCopy copy;
  int32_t from;
  return MakeCopy(context, nullptr, &copy, &from);
}

Status Invoke(OpContext& context) {
  StridedCopy copy;
  int32_t from;
  ListPart* part = HasData(context) ? &context.data<ListPart>() : nullptr;
  if (part != nullptr && part->memory == nullptr) part = nullptr;
  MR_TRY(MakeCopy(context, part, &copy, &from));
  const TensorView input = context.input(kInput);
  copy.Run(input.type(), input.raw(), from, part != nullptr ? part->memory : context.output().raw(),
           0);
  return Status::kOk;
}

}  // namespace

const ListJoin kListJoin = {PrepareListJoin, JoinLists};

const OpRegistration kSliceOp = {
    .code = BuiltinOp::kSlice,
    .max_version = 8,
    .min_inputs = 3,
    .max_inputs = 3,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
