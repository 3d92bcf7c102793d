#include "micro/kernels/common/strided_copy.h"

#include "micro/kernels/common/independent.h"
#include "micro/kernels/loops/copy_plane.h"

namespace millrace::micro {
namespace {

// Elements are moved as words of their size, whatever their type.
typedef uint8_t __attribute__((may_alias)) Word8;
typedef uint16_t __attribute__((may_alias)) Word16;
typedef uint32_t __attribute__((may_alias)) Word32;
typedef uint64_t __attribute__((may_alias)) Word64;
struct __attribute__((may_alias)) Word128 {
  uint64_t low, high;
};

// One dimension: where it begins in source and target, and the strides there.
struct Row {
  const void* source;
  void* target;
  int32_t from;
  int32_t to;
  int32_t from_stride;
  int32_t to_stride;
  int32_t count;
};

template <typename Word>
void CopyWords(const Row& row) {
  const Word* source = static_cast<const Word*>(row.source) + row.from;
  Word* target = static_cast<Word*>(row.target) + row.to;
  if (row.from_stride == 1 && row.to_stride == 1) {
    __builtin_memcpy(target, source, static_cast<size_t>(row.count) * sizeof(Word));
    return;
  }
  if (kHasRoomForLoops && row.from_stride == 0 && row.to_stride == 1) {
    const Word value = *source;
    for (int32_t i = 0; i < row.count; ++i) target[i] = value;
    return;
  }
  for (int32_t i = 0; i < row.count; ++i) {
    target[ptrdiff_t{i} * row.to_stride] = source[ptrdiff_t{i} * row.from_stride];
  }
}

// Elements of 2 or 4 bits, the first in the lowest bits of a byte.
void CopyBits(const Row& row, int bits) {
  const auto* source = static_cast<const uint8_t*>(row.source);
  auto* target = static_cast<uint8_t*>(row.target);
  const uint32_t mask = (1u << bits) - 1;
  for (int32_t i = 0; i < row.count; ++i) {
    const int64_t from = (row.from + int64_t{i} * row.from_stride) * bits;
    const int64_t to = (row.to + int64_t{i} * row.to_stride) * bits;
    const uint32_t value = (uint32_t{source[from / 8]} >> (from % 8)) & mask;
    const uint32_t others = target[to / 8] & ~(mask << (to % 8));
    target[to / 8] = static_cast<uint8_t>(others | (value << (to % 8)));
  }
}

void CopyRow(const Row& row, int bits) {
  switch (bits) {
    case 8:
      if (row.from_stride == 0 && row.to_stride == 1) {
        __builtin_memset(static_cast<uint8_t*>(row.target) + row.to,
                         static_cast<const uint8_t*>(row.source)[row.from],
                         static_cast<size_t>(row.count));
        return;
      }
      return CopyWords<Word8>(row);
    case 16:
      return CopyWords<Word16>(row);
    case 32:
      return CopyWords<Word32>(row);
    case 64:
      return CopyWords<Word64>(row);
    case 128:
      return CopyWords<Word128>(row);
    default:
      return CopyBits(row, bits);
  }
}

}  // namespace

void StridedCopy::Add(int32_t size, int64_t from, int64_t to) {
  if (size == 0) empty_ = true;
  if (size <= 1) return;
  if (rank_ > 0 && from_[rank_ - 1] == from * size && to_[rank_ - 1] == to * size) {
    --rank_;  // the dimension outside goes on where this one ends
    size *= sizes_[rank_];
  }
  // Two elements so far apart lie inside an array, so the strides fit.
  sizes_[rank_] = size;
  from_[rank_] = static_cast<int32_t>(from);
  to_[rank_] = static_cast<int32_t>(to);
  ++rank_;
}

void StridedCopy::Swap(int d, int e) {
  const int32_t size = sizes_[d], from = from_[d], to = to_[d];
  sizes_[d] = sizes_[e], from_[d] = from_[e], to_[d] = to_[e];
  sizes_[e] = size, from_[e] = from, to_[e] = to;
}

bool StridedCopy::EndsInPlane() {
  const int inner = rank_ - 1;
  if (inner < 1 || to_[inner] != 1) return false;
  if (from_[inner] == 1) return true;
  for (int d = 0; d < inner; ++d) {
    if (from_[d] == 1) {
      Swap(d, inner - 1);
      return true;
    }
  }
  return false;
}

void StridedCopy::RunPlanes(int bytes, const void* source, int32_t from, void* target,
                            int32_t to) const {
  const int inner = rank_ - 1, rows = rank_ - 2;
  Plane plane = {nullptr,      nullptr,      from_[rows],  to_[rows],
                 from_[inner], sizes_[rows], sizes_[inner]};
  int32_t index[kMaxCopyRank] = {};
  for (;;) {
    plane.source = static_cast<const uint8_t*>(source) + ptrdiff_t{from} * bytes;
    plane.target = static_cast<uint8_t*>(target) + ptrdiff_t{to} * bytes;
    CopyPlane(plane, bytes);
    int d = rows - 1;
    for (; d >= 0; --d) {
      from += from_[d];
      to += to_[d];
      if (++index[d] < sizes_[d]) break;
      index[d] = 0;
      from -= from_[d] * sizes_[d];
      to -= to_[d] * sizes_[d];
    }
    if (d < 0) return;
  }
}

void StridedCopy::Run(TensorType type, const void* source, int32_t from, void* target,
                      int32_t to) const {
  if (empty_) return;
  if constexpr (kHasRoomForLoops) {
    const int bits = BitsOf(type);
    StridedCopy sorted = *this;
    if (bits >= 8 && bits <= 32 && sorted.EndsInPlane()) {
      sorted.RunPlanes(bits / 8, source, from, target, to);
      return;
    }
  }
  const int inner = rank_ - 1;
  Row row = {source, target, from, to, 1, 1, 1};
  if (inner >= 0) {
    row.from_stride = from_[inner];
    row.to_stride = to_[inner];
    row.count = sizes_[inner];
  }
  const int bits = BitsOf(type);
  int32_t index[kMaxCopyRank] = {};
  for (;;) {
    CopyRow(row, bits);
    int d = inner - 1;
    for (; d >= 0; --d) {
      row.from += from_[d];
      row.to += to_[d];
      if (++index[d] < sizes_[d]) break;
      index[d] = 0;
      row.from -= from_[d] * sizes_[d];
      row.to -= to_[d] * sizes_[d];
    }
    if (d < 0) return;
  }
}

void FillElements(TensorType type, const void* value, void* target, int32_t count) {
  StridedCopy fill;
  fill.Add(count, 0, 1);
  fill.Run(type, value, 0, target, 0);
}

void FillWithZero(const TensorView& tensor) {
  const TensorType type = tensor.type();
  // The lowest bytes count, and machines are little-endian.
  alignas(8) int32_t zero[4] = {};
  if (type == TensorType::kInt8 || type == TensorType::kUInt8 || type == TensorType::kInt16) {
    zero[0] = tensor.zero_point();
  }
  FillElements(type, zero, tensor.raw(), tensor.elements());
}

}  // namespace millrace::micro
