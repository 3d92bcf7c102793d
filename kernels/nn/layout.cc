#include "kernels/nn/layout.h"

#include <algorithm>
#include <utility>

#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "kernels/math/narrow.h"

namespace millrace {
namespace {

// out[b][j][i] = in[b][i][j] for matrices of rows x columns.
template <typename T>
void TransposeEach(const T* in, int64_t batch, int64_t rows, int64_t columns, T* out,
                   ThreadPool* pool) {
  constexpr int64_t kTile = 32;
  const int64_t tiles = (columns + kTile - 1) / kTile;
  pool->ParallelFor(batch * tiles, 8, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      const int64_t at = t / tiles * rows * columns, j0 = t % tiles * kTile,
                    j1 = std::min(columns, j0 + kTile);
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = j0; j < j1; ++j) out[at + j * rows + i] = in[at + i * columns + j];
      }
    }
  });
}

absl::Status TransposeAny(const Tensor& in, int64_t batch, int64_t rows, int64_t columns,
                          Tensor* out, ThreadPool* pool) {
  switch (DTypeSize(in.dtype())) {
    case 1:
      TransposeEach(static_cast<const uint8_t*>(in.raw_data()), batch, rows, columns,
                    static_cast<uint8_t*>(out->mutable_raw_data()), pool);
      return absl::OkStatus();
    case 2:
      TransposeEach(static_cast<const uint16_t*>(in.raw_data()), batch, rows, columns,
                    static_cast<uint16_t*>(out->mutable_raw_data()), pool);
      return absl::OkStatus();
    case 4:
      TransposeEach(static_cast<const uint32_t*>(in.raw_data()), batch, rows, columns,
                    static_cast<uint32_t*>(out->mutable_raw_data()), pool);
      return absl::OkStatus();
    case 8:
      TransposeEach(static_cast<const uint64_t*>(in.raw_data()), batch, rows, columns,
                    static_cast<uint64_t*>(out->mutable_raw_data()), pool);
      return absl::OkStatus();
    default:
      return absl::UnimplementedError("NCHW images of elements of this size are not supported");
  }
}

DType WideType(DType t) { return IsNarrowFloat(t) ? DType::kFloat : t; }

Shape NhwcShape(const Shape& shape, bool channels_first) {
  if (!channels_first) return shape;
  return Shape({shape.dim(0), shape.dim(2), shape.dim(3), shape.dim(1)});
}

}  // namespace

absl::Status ToNhwc(KernelContext& c, const Tensor& in, bool channels_first, Tensor* out) {
  Tensor wide = in;
  if (IsNarrowFloat(in.dtype())) {
    MR_RETURN_IF_ERROR(c.allocate_temp(DType::kFloat, in.shape(), &wide));
    WidenAny(in.dtype(), in.raw_data(), wide.mutable_data<float>(), in.num_elements());
  }
  if (!channels_first) {
    *out = std::move(wide);
    return absl::OkStatus();
  }
  MR_RETURN_IF_ERROR(c.allocate_temp(wide.dtype(), NhwcShape(in.shape(), true), out));
  return TransposeAny(wide, in.dim(0), in.dim(1), in.dim(2) * in.dim(3), out, c.pool());
}

absl::Status AllocateNhwc(KernelContext& c, int i, const Shape& shape, bool channels_first,
                          Tensor* out) {
  const DType type = c.output_type(i);
  if (!channels_first && WideType(type) == type) {
    Tensor* output;
    MR_RETURN_IF_ERROR(c.allocate_output(i, shape, &output));
    // Handed over, so that there is one owner who may write; StoreNhwc hands it back.
    *out = std::move(*output);
    return absl::OkStatus();
  }
  return c.allocate_temp(WideType(type), NhwcShape(shape, channels_first), out);
}

absl::Status StoreNhwc(KernelContext& c, int i, const Shape& shape, bool channels_first,
                       Tensor from) {
  if (channels_first) {
    Tensor transposed;
    MR_RETURN_IF_ERROR(c.allocate_temp(from.dtype(), shape, &transposed));
    MR_RETURN_IF_ERROR(TransposeAny(from, shape.dim(0), shape.dim(2) * shape.dim(3), shape.dim(1),
                                    &transposed, c.pool()));
    from = std::move(transposed);
  }
  const DType type = c.output_type(i);
  if (from.dtype() == type) {
    c.set_output(i, std::move(from));
    return absl::OkStatus();
  }
  Tensor* output;
  MR_RETURN_IF_ERROR(c.allocate_output(i, shape, &output));
  NarrowAny(type, from.data<float>(), output->mutable_raw_data(), from.num_elements());
  return absl::OkStatus();
}

}  // namespace millrace
