#include "kernels/array/strided_copy.h"

#include <algorithm>
#include <utility>

#include "core/base/thread_pool.h"
#include "kernels/array/elements.h"

namespace millrace {
namespace {

constexpr int64_t kTile = 16;  // side of a transposed tile: 16 * 8 bytes are two cache lines
constexpr int64_t kBytesPerShard = 1 << 16;

// The view without dimensions of size 1, and with neighbours joined that are one run in both
// buffers.
StridedView Simplify(const StridedView& view) {
  StridedView out;
  out.src_offset = view.src_offset;
  out.dst_offset = view.dst_offset;
  for (size_t d = 0; d < view.dims.size(); ++d) {
    const int64_t n = view.dims[d], ss = view.src_strides[d], ds = view.dst_strides[d];
    if (n == 1) continue;
    if (!out.dims.empty() && out.src_strides.back() == ss * n && out.dst_strides.back() == ds * n) {
      out.dims.back() *= n;
      out.src_strides.back() = ss;
      out.dst_strides.back() = ds;
    } else {
      out.AddDim(n, ss, ds);
    }
  }
  return out;
}

void SwapDims(StridedView& v, size_t a, size_t b) {
  std::swap(v.dims[a], v.dims[b]);
  std::swap(v.src_strides[a], v.src_strides[b]);
  std::swap(v.dst_strides[a], v.dst_strides[b]);
}

// Where the last dimension jumps in the source, brings the one that does not beside it, so that
// both can be tiled.
void PairContiguousDims(StridedView& v) {
  const size_t last = v.dims.size() - 1;
  if (v.src_strides[last] == 1 || v.src_strides[last] == 0) return;
  for (size_t d = 0; d < last; ++d) {
    if (v.src_strides[d] == 1) {
      SwapDims(v, d, last - 1);
      return;
    }
  }
}

template <typename T>
void CopyTransposed(const T* src, T* dst, int64_t rows, int64_t cols, int64_t ss1, int64_t ds0) {
  for (int64_t r0 = 0; r0 < rows; r0 += kTile) {
    const int64_t r1 = std::min(rows, r0 + kTile);
    for (int64_t c0 = 0; c0 < cols; c0 += kTile) {
      const int64_t c1 = std::min(cols, c0 + kTile);
      for (int64_t r = r0; r < r1; ++r) {
        for (int64_t c = c0; c < c1; ++c) dst[r * ds0 + c] = src[r + c * ss1];
      }
    }
  }
}

// Rows by columns; strides 0 are of the rows, strides 1 of the columns.
template <typename T>
void CopyBlock(const T* src, T* dst, int64_t rows, int64_t cols, int64_t ss0, int64_t ss1,
               int64_t ds0, int64_t ds1) {
  if (ds1 == 1 && ss1 == 1) {
    for (int64_t r = 0; r < rows; ++r) std::copy_n(src + r * ss0, cols, dst + r * ds0);
  } else if (ds1 == 1 && ss1 == 0) {
    for (int64_t r = 0; r < rows; ++r) std::fill_n(dst + r * ds0, cols, src[r * ss0]);
  } else if (ds1 == 1 && ss0 == 1) {
    CopyTransposed(src, dst, rows, cols, ss1, ds0);
  } else {
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < cols; ++c) dst[r * ds0 + c * ds1] = src[r * ss0 + c * ss1];
    }
  }
}

// Rows [begin, end) of all rows of the view (its dimensions but the last).
template <typename T>
void CopyRows(const StridedView& v, const T* src, T* dst, int64_t begin, int64_t end) {
  const int inner = static_cast<int>(v.dims.size()) - 2;  // dimension of the rows of a block
  const int64_t rows = v.dims[inner], cols = v.dims[inner + 1];
  while (begin < end) {
    int64_t block = begin / rows;
    const int64_t first = begin % rows;
    const int64_t count = std::min(rows - first, end - begin);
    int64_t from = v.src_offset + first * v.src_strides[inner];
    int64_t to = v.dst_offset + first * v.dst_strides[inner];
    for (int d = inner - 1; d >= 0; --d) {
      const int64_t i = block % v.dims[d];
      block /= v.dims[d];
      from += i * v.src_strides[d];
      to += i * v.dst_strides[d];
    }
    CopyBlock(src + from, dst + to, count, cols, v.src_strides[inner], v.src_strides[inner + 1],
              v.dst_strides[inner], v.dst_strides[inner + 1]);
    begin += count;
  }
}

}  // namespace

DimVector RowMajorStrides(absl::Span<const int64_t> dims) {
  DimVector strides(dims.size());
  int64_t stride = 1;
  for (size_t d = dims.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= dims[d];
  }
  return strides;
}

void StridedCopy(DType dtype, const StridedView& view, const void* src, void* dst,
                 ThreadPool* pool) {
  for (const int64_t n : view.dims) {
    if (n == 0) return;
  }
  StridedView v = Simplify(view);
  while (v.dims.size() < 2) {
    v.dims.insert(v.dims.begin(), 1);
    v.src_strides.insert(v.src_strides.begin(), 0);
    v.dst_strides.insert(v.dst_strides.begin(), 0);
  }
  PairContiguousDims(v);
  const int64_t cols = v.dims.back();
  int64_t rows = 1;
  for (size_t d = 0; d + 1 < v.dims.size(); ++d) rows *= v.dims[d];
  VisitStorage(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* from = static_cast<const T*>(src);
    T* to = static_cast<T*>(dst);
    const int64_t row_bytes = cols * static_cast<int64_t>(sizeof(T));
    const int64_t grain = std::max<int64_t>(1, kBytesPerShard / row_bytes);
    if (pool == nullptr || rows <= grain) {
      CopyRows(v, from, to, 0, rows);
    } else {
      pool->ParallelFor(rows, grain,
                        [&](int64_t begin, int64_t end) { CopyRows(v, from, to, begin, end); });
    }
  });
}

}  // namespace millrace
