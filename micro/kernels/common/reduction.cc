#include "micro/kernels/common/reduction.h"

#include "micro/kernels/common/indices.h"

namespace millrace::micro {

void Reduction::Walk::Add(int32_t size, int32_t stride) {
  if (size == 1) return;
  if (rank > 0 && strides[rank - 1] == int64_t{stride} * size) {
    sizes[rank - 1] *= size;
    strides[rank - 1] = stride;
    return;
  }
  sizes[rank] = size;
  strides[rank++] = stride;
}

bool Reduction::Walk::Step(int inner, int32_t* index, int32_t* at) const {
  for (int d = rank - 1 - inner; d >= 0; --d) {
    *at += strides[d];
    if (++index[d] < sizes[d]) return true;
    index[d] = 0;
    *at -= strides[d] * sizes[d];
  }
  return false;
}

Status Reduction::Make(const OpContext& context) {
  const TensorView axes = context.input(1);
  const Shape shape = context.input(0).shape();
  MR_ENSURE(context, IsIndexType(axes.type()), Status::kUnsupportedType,
            "the axes are not integers");
  uint32_t reduced = 0;
  for (int32_t i = 0; i < axes.elements(); ++i) {
    const int axis = ResolveAxis(IndexAt(axes, i), shape.rank);
    // The one element of a scalar may be reduced over axis 0.
    if (axis < 0 && shape.rank == 0) continue;
    MR_ENSURE(context, axis >= 0, Status::kInvalidShape, "an axis is no dimension of the input");
    reduced |= 1u << axis;
  }
  outputs_ = 1;
  count_ = 1;
  for (int d = 0; d < shape.rank; ++d) {
    const bool goes = (reduced >> d & 1) != 0;
    (goes ? reduced_ : kept_).Add(shape[d], shape.Product(d + 1, shape.rank));
    (goes ? count_ : outputs_) *= shape[d];
  }
  MR_ENSURE(context, outputs_ == context.output().elements(), Status::kInvalidShape,
            "the output has not the elements that remain");
  MR_ENSURE(context, count_ > 0 || outputs_ == 0, Status::kInvalidShape,
            "nothing is reduced to an element");
  return Status::kOk;
}

void Reduction::Next(const void* data, Row row, void* accumulator) {
  const int inner = reduced_.rank - 1;
  const int32_t stride = inner < 0 ? 1 : reduced_.strides[inner];
  const int32_t count = inner < 0 ? 1 : reduced_.sizes[inner];
  int32_t index[kMaxRank] = {};
  int32_t at = at_;
  do {
    row(data, at, stride, count, accumulator);
  } while (reduced_.Step(1, index, &at));
  kept_.Step(0, index_, &at_);
}

int32_t Reduction::columns() const {
  const int inner = kept_.rank - 1;
  return inner >= 0 && kept_.strides[inner] == 1 ? kept_.sizes[inner] : 1;
}

bool Reduction::AreRows() const {
  return reduced_.rank == 1 && reduced_.strides[0] == 1 &&
         (kept_.rank == 0 || (kept_.rank == 1 && kept_.strides[0] == count_));
}

void Reduction::Columns(const void* data, int32_t first, int32_t count, Rows rows,
                        void* accumulators) const {
  const int inner = reduced_.rank - 1;
  int32_t index[kMaxRank] = {};
  int32_t at = at_ + first;
  do {
    rows(data, at, inner < 0 ? 1 : reduced_.strides[inner], inner < 0 ? 1 : reduced_.sizes[inner],
         count, accumulators);
  } while (reduced_.Step(1, index, &at));
}

Status CheckReduction(const OpContext& context) {
  if (!IsConstant(context.input(1))) return Status::kOk;
  Reduction reduction;
  return reduction.Make(context);
}

}  // namespace millrace::micro
