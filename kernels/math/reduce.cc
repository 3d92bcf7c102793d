#include "kernels/math/reduce.h"

#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"

namespace millrace {
namespace {

// How many elements are combined one after the other, and how many accumulators make a block:
// fixed, so that results do not depend on threads.
constexpr int64_t kChunk = 65536;
constexpr int64_t kRowChunk = 2048;  // small, so that float sums of many elements stay exact enough
constexpr int64_t kMaxColumns = 16384;

// Dimensions to be walked, outermost first.
struct Dims {
  DimVector sizes, strides;

  int64_t count() const {
    int64_t n = 1;
    for (int64_t size : sizes) n *= size;
    return n;
  }
  int64_t OffsetOf(int64_t index) const {
    int64_t offset = 0;
    for (int d = static_cast<int>(sizes.size()) - 1; d >= 0; --d) {
      offset += index % sizes[d] * strides[d];
      index /= sizes[d];
    }
    return offset;
  }
};

// A reduction with neighbouring dimensions of one kind joined: the innermost is apart.
struct Layout {
  Dims kept, reduced;
  int64_t inner = 1;
  bool inner_reduced = true;

  Layout(const Shape& shape, absl::Span<const bool> is_reduced) {
    struct Run {
      int64_t size, stride;
      bool reduced;
    };
    absl::InlinedVector<Run, 8> runs;  // innermost first
    int64_t stride = 1;
    for (int d = shape.rank() - 1; d >= 0; --d) {
      const int64_t size = shape.dim(d);
      if (size == 1) continue;
      if (!runs.empty() && runs.back().reduced == is_reduced[d]) {
        runs.back().size *= size;
      } else {
        runs.push_back({size, stride, is_reduced[d]});
      }
      stride *= size;
    }
    if (runs.empty()) return;
    inner = runs[0].size;
    inner_reduced = runs[0].reduced;
    for (size_t i = runs.size() - 1; i > 0; --i) {
      Dims& dims = runs[i].reduced ? reduced : kept;
      dims.sizes.push_back(runs[i].size);
      dims.strides.push_back(runs[i].stride);
    }
  }
};

absl::InlinedVector<int64_t, 8> AxisValues(const Tensor& axes) {
  absl::InlinedVector<int64_t, 8> values;
  for (int64_t i = 0; i < axes.num_elements(); ++i) {
    values.push_back(axes.dtype() == DType::kInt32 ? axes.data<int32_t>()[i]
                                                   : axes.data<int64_t>()[i]);
  }
  return values;
}

// One call of the kernel.
class Reduction {
 public:
  Reduction(const ReduceLoops& loops, const Layout& layout, const char* x, char* out, int64_t count,
            ThreadPool* pool)
      : loops_(loops), layout_(layout), x_(x), out_(out), count_(count), pool_(pool) {}

  absl::Status Run(KernelContext& c) { return layout_.inner_reduced ? Rows(c) : Columns(c); }

 private:
  // The innermost dimension is reduced: each output combines rows.
  absl::Status Rows(KernelContext& c) {
    const int64_t outputs = layout_.kept.count(), rows = layout_.reduced.count(), n = layout_.inner;
    const int64_t chunks = rows == 1 ? (n + kRowChunk - 1) / kRowChunk : 1;
    if (chunks > 1) return RowChunks(c, outputs, chunks);
    const auto some = [&](int64_t begin, int64_t end) {
      alignas(16) char acc[16];
      for (int64_t o = begin; o < end; ++o) {
        const int64_t base = layout_.kept.OffsetOf(o);
        loops_.init(1, acc);
        for (int64_t r = 0; r < rows; ++r) {
          loops_.row(At(base + (rows == 1 ? 0 : layout_.reduced.OffsetOf(r))), n, acc);
        }
        loops_.finish(acc, 1, count_, out_ + o * loops_.element_size);
      }
    };
    const int64_t work = std::max<int64_t>(1, rows * n);
    pool_->ParallelFor(outputs, std::max<int64_t>(1, kChunk / work), some);
    return absl::OkStatus();
  }

  absl::Status RowChunks(KernelContext& c, int64_t outputs, int64_t chunks) {
    MR_ASSIGN_OR_RETURN(Tensor parts, Scratch(c, outputs * chunks));
    char* acc = static_cast<char*>(parts.mutable_raw_data());
    loops_.init(outputs * chunks, acc);
    pool_->ParallelFor(outputs * chunks, kChunk / kRowChunk, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t at = i % chunks * kRowChunk;
        loops_.row(At(layout_.kept.OffsetOf(i / chunks) + at),
                   std::min(kRowChunk, layout_.inner - at), acc + i * loops_.acc_size);
      }
    });
    for (int64_t o = 0; o < outputs; ++o) {
      char* own = acc + o * chunks * loops_.acc_size;
      // In pairs, then pairs of pairs: the error grows with the logarithm of the count.
      for (int64_t step = 1; step < chunks; step *= 2) {
        for (int64_t k = 0; k + step < chunks; k += 2 * step) {
          loops_.merge(own + (k + step) * loops_.acc_size, 1, own + k * loops_.acc_size);
        }
      }
      loops_.finish(own, 1, count_, out_ + o * loops_.element_size);
    }
    return absl::OkStatus();
  }

  // The innermost dimension is kept: rows of outputs combine rows of elements.
  absl::Status Columns(KernelContext& c) {
    const int64_t outer = layout_.kept.count(), rows = layout_.reduced.count(), n = layout_.inner;
    const int64_t width = std::min(n, kMaxColumns), blocks = (n + width - 1) / width;
    const int64_t height =
        blocks > 1 ? rows : std::min(rows, std::max<int64_t>(1, kChunk / std::max<int64_t>(1, n)));
    const int64_t chunks = height == 0 ? 1 : (rows + height - 1) / height;
    MR_ASSIGN_OR_RETURN(Tensor parts, Scratch(c, outer * chunks * n));
    char* acc = static_cast<char*>(parts.mutable_raw_data());
    const auto some = [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t block = i % blocks, chunk = i / blocks % chunks, o = i / blocks / chunks;
        const int64_t column = block * width, m = std::min(width, n - column);
        char* own = acc + ((o * chunks + chunk) * n + column) * loops_.acc_size;
        loops_.init(m, own);
        const int64_t base = layout_.kept.OffsetOf(o) + column;
        const int64_t last = std::min(rows, (chunk + 1) * height);
        for (int64_t r = chunk * height; r < last; ++r)
          loops_.columns(At(base + layout_.reduced.OffsetOf(r)), m, own);
      }
    };
    const int64_t work = std::max<int64_t>(1, width * height);
    pool_->ParallelFor(outer * chunks * blocks, std::max<int64_t>(1, kChunk / 2 / work), some);
    for (int64_t o = 0; o < outer; ++o) {
      char* own = acc + o * chunks * n * loops_.acc_size;
      for (int64_t k = 1; k < chunks; ++k) loops_.merge(own + k * n * loops_.acc_size, n, own);
      loops_.finish(own, n, count_, out_ + o * n * loops_.element_size);
    }
    return absl::OkStatus();
  }

  const char* At(int64_t element) const {
    return x_ + element * static_cast<int64_t>(loops_.element_size);
  }

  absl::StatusOr<Tensor> Scratch(KernelContext& c, int64_t accumulators) const {
    Tensor t;
    MR_RETURN_IF_ERROR(c.allocate_temp(
        DType::kUInt8, Shape({accumulators * static_cast<int64_t>(loops_.acc_size)}), &t));
    return t;
  }

  const ReduceLoops& loops_;
  const Layout& layout_;
  const char* const x_;
  char* const out_;
  const int64_t count_;
  ThreadPool* const pool_;
};

}  // namespace

absl::StatusOr<absl::InlinedVector<bool, 8>> ReductionAxes(const Tensor& axes, int rank) {
  absl::InlinedVector<bool, 8> reduced(rank, false);
  for (int64_t axis : AxisValues(axes)) {
    if (axis < -rank || axis >= rank) {
      return absl::InvalidArgumentError(absl::StrCat("Invalid reduction dimension (", axis,
                                                     " for input with ", rank, " dimension(s))"));
    }
    bool& flag = reduced[axis < 0 ? axis + rank : axis];
    if (flag) {
      return absl::InvalidArgumentError(
          absl::StrCat("Invalid reduction arguments: Axes contains duplicate dimension: ", axis));
    }
    flag = true;
  }
  return reduced;
}

absl::Status Reduce(KernelContext& c, const ReduceLoops& loops, const Tensor& x,
                    absl::Span<const bool> reduced, void* out) {
  int64_t count = 1, outputs = 1;
  for (int d = 0; d < x.rank(); ++d) (reduced[d] ? count : outputs) *= x.dim(d);
  char* y = static_cast<char*>(out);
  if (x.num_elements() == 0) {
    alignas(16) char acc[16];
    loops.init(1, acc);
    for (int64_t i = 0; i < outputs; ++i) loops.finish(acc, 1, 0, y + i * loops.element_size);
    return absl::OkStatus();
  }
  const Layout layout(x.shape(), reduced);
  return Reduction(loops, layout, static_cast<const char*>(x.raw_data()), y, count, c.pool())
      .Run(c);
}

absl::Status ReduceKernel::Compute(KernelContext& c) {
  const Tensor& x = c.input(0);
  MR_ASSIGN_OR_RETURN(const auto reduced, ReductionAxes(c.input(1), x.rank()));
  DimVector dims;
  for (int d = 0; d < x.rank(); ++d) {
    if (!reduced[d] || keep_dims_) dims.push_back(reduced[d] ? 1 : x.dim(d));
  }
  MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
  return Reduce(c, loops_, x, reduced, out->mutable_raw_data());
}

}  // namespace millrace
