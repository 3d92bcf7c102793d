#include "micro/kernels/space_to_batch_nd.h"

#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kBlock, kMargins };

// An image (batch first, then the spatial dimensions) and the same in blocks: pixel s of block
// offset o is pixel s * block + o - before of the image, and the blocked batch is o * batch + b.
// `before` is what SPACE_TO_BATCH_ND pads and BATCH_TO_SPACE_ND crops.
struct Blocking {
  int rank = 0;
  int32_t block[kMaxRank];   // 1 for dimensions that are not cut
  int32_t before[kMaxRank];  // 0 for those
};

Status MakeBlocking(const OpContext& context, const Shape& image, const Shape& blocked,
                    Blocking* blocking) {
  const TensorView block = context.input(kBlock), margins = context.input(kMargins);
  const int spatial = block.elements();
  blocking->rank = image.rank;
  int64_t batches = image[0];
  for (int d = 1; d < image.rank; ++d) {
    const bool cut = d <= spatial;
    const int64_t size = cut ? IndexAt(block, d - 1) : 1;
    const int64_t before = cut ? IndexAt(margins, 2 * (d - 1)) : 0;
    const int64_t after = cut ? IndexAt(margins, 2 * (d - 1) + 1) : 0;
    MR_ENSURE(context, size >= 1 && size <= INT32_MAX, Status::kInvalidShape,
              "a block size is not positive");
    MR_ENSURE(context, before >= 0 && before <= INT32_MAX && after >= 0 && after <= INT32_MAX,
              Status::kInvalidShape, "a padding or crop is negative, or too large");
    MR_ENSURE(context, image[d] + before + after == blocked[d] * size, Status::kInvalidShape,
              "input and output do not fit block, paddings or crops");
    blocking->block[d] = static_cast<int32_t>(size);
    blocking->before[d] = static_cast<int32_t>(before);
    batches *= size;
    MR_ENSURE(context, batches <= INT32_MAX, Status::kInvalidShape, "the blocks are too large");
  }
  MR_ENSURE(context, batches == blocked[0], Status::kInvalidShape,
            "the batches of input and output do not fit the block");
  return Status::kOk;
}

Status CheckTypes(const OpContext& context, bool* constant) {
  const TensorView input = context.input(kInput), output = context.output();
  const TensorView block = context.input(kBlock), margins = context.input(kMargins);
  MR_ENSURE(context, input.type() == output.type() && BitsOf(input.type()) >= 8,
            Status::kUnsupportedType, "input and output are not of one type of whole bytes");
  MR_ENSURE(context, IsIndexType(block.type()) && IsIndexType(margins.type()),
            Status::kUnsupportedType, "block and paddings or crops are not integers");
  MR_ENSURE(context,
            input.rank() == output.rank() && block.elements() < input.rank() &&
                margins.elements() == 2 * block.elements(),
            Status::kInvalidShape, "block and paddings or crops do not fit the dimensions");
  *constant = IsConstant(block) && IsConstant(margins);
  return Status::kOk;
}

// The pixels of a blocked dimension whose counterparts lie inside the image.
struct Inside {
  int32_t first;
  int32_t count;
};
Inside InsideOf(const Blocking& blocking, int d, int32_t offset, int32_t image, int32_t blocked) {
  const int64_t block = blocking.block[d], before = blocking.before[d];
  const int64_t first = before > offset ? (before - offset + block - 1) / block : 0;
  const int64_t room = image + before - offset;  // s * block < room
  const int64_t end = room <= 0 ? 0 : (room + block - 1) / block;
  const int64_t last = end < blocked ? end : blocked;
  return {static_cast<int32_t>(first), last > first ? static_cast<int32_t>(last - first) : 0};
}

// Copies one block offset (`at`, one number a dimension), the `block_index`-th.
void CopyBlock(const Blocking& blocking, const TensorView& image, const TensorView& blocked,
               const int32_t* at, int32_t block_index, bool to_blocked) {
  const Shape in_image = image.shape(), in_blocks = blocked.shape();
  const Strides pitch(in_image), block_pitch(in_blocks);
  StridedCopy copy;
  const auto add = [&](int32_t count, int64_t image_stride, int64_t blocked_stride) {
    copy.Add(count, to_blocked ? image_stride : blocked_stride,
             to_blocked ? blocked_stride : image_stride);
  };
  add(in_image[0], pitch[0], block_pitch[0]);
  int32_t image_at = 0, blocked_at = block_index * in_image[0] * block_pitch[0];
  for (int d = 1; d < blocking.rank; ++d) {
    const Inside inside = InsideOf(blocking, d, at[d], in_image[d], in_blocks[d]);
    if (inside.count == 0) return;
    const int64_t pixel = int64_t{inside.first} * blocking.block[d] + at[d] - blocking.before[d];
    add(inside.count, int64_t{blocking.block[d]} * pitch[d], block_pitch[d]);
    image_at += static_cast<int32_t>(pixel) * pitch[d];
    blocked_at += inside.first * block_pitch[d];
  }
  if (to_blocked) {
    copy.Run(image.type(), image.raw(), image_at, blocked.raw(), blocked_at);
  } else {
    copy.Run(image.type(), blocked.raw(), blocked_at, image.raw(), image_at);
  }
}

void CopyBlocks(const Blocking& blocking, const TensorView& image, const TensorView& blocked,
                bool to_blocked) {
  if (image.elements() == 0 || blocked.elements() == 0) return;
  int32_t at[kMaxRank] = {};
  for (int32_t block_index = 0;; ++block_index) {
    CopyBlock(blocking, image, blocked, at, block_index, to_blocked);
    int d = blocking.rank - 1;
    while (d > 0 && ++at[d] == blocking.block[d]) at[d--] = 0;
    if (d <= 0) return;
  }
}

Status PrepareSpaceToBatch(OpContext& context) {
  bool constant;
  MR_TRY(CheckTypes(context, &constant));
  Blocking blocking;
  return constant ? MakeBlocking(context, context.input(kInput).shape(), context.output().shape(),
                                 &blocking)
                  : Status::kOk;
}

Status InvokeSpaceToBatch(OpContext& context) {
  const TensorView input = context.input(kInput), output = context.output();
  Blocking blocking;
  MR_TRY(MakeBlocking(context, input.shape(), output.shape(), &blocking));
  FillWithZero(output);
  CopyBlocks(blocking, input, output, /*to_blocked=*/true);
  return Status::kOk;
}

Status PrepareBatchToSpace(OpContext& context) {
  bool constant;
  MR_TRY(CheckTypes(context, &constant));
  Blocking blocking;
  return constant ? MakeBlocking(context, context.output().shape(), context.input(kInput).shape(),
                                 &blocking)
                  : Status::kOk;
}

Status InvokeBatchToSpace(OpContext& context) {
  const TensorView input = context.input(kInput), output = context.output();
  Blocking blocking;
  MR_TRY(MakeBlocking(context, output.shape(), input.shape(), &blocking));
  CopyBlocks(blocking, output, input, /*to_blocked=*/false);
  return Status::kOk;
}

}  // namespace

const OpRegistration kSpaceToBatchNdOp = {
    .code = BuiltinOp::kSpaceToBatchNd,
    .max_version = 4,
    .min_inputs = 3,
    .max_inputs = 3,
    .prepare = PrepareSpaceToBatch,
    .invoke = InvokeSpaceToBatch,
};

const OpRegistration kBatchToSpaceNdOp = {
    .code = BuiltinOp::kBatchToSpaceNd,
    .max_version = 4,
    .min_inputs = 3,
    .max_inputs = 3,
    .prepare = PrepareBatchToSpace,
    .invoke = InvokeBatchToSpace,
};

}  // namespace millrace::micro
