#include "kernels/math/broadcast.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"

namespace millrace {
namespace {

// Size of `shape` along dimension i of `rank`, shapes being aligned at their ends.
int64_t AlignedDim(const Shape& shape, int i, int rank) {
  const int own = i - (rank - shape.rank());
  return own < 0 ? 1 : shape.dim(own);
}

absl::Status Incompatible(absl::Span<const Shape* const> operands) {
  std::string text = "Incompatible shapes: ";
  for (size_t k = 0; k < operands.size(); ++k) {
    absl::StrAppend(&text, k == 0 ? "" : " vs. ", operands[k]->ToString());
  }
  return absl::InvalidArgumentError(text);
}

}  // namespace

absl::StatusOr<Broadcast> Broadcast::Create(absl::Span<const Shape* const> operands) {
  Broadcast b;
  b.num_operands_ = static_cast<int>(operands.size());
  int rank = 0;
  for (const Shape* shape : operands) rank = std::max(rank, shape->rank());
  DimVector dims(rank, 1);
  for (int i = 0; i < rank; ++i) {
    for (const Shape* shape : operands) {
      const int64_t size = AlignedDim(*shape, i, rank);
      if (size == 1) continue;
      if (dims[i] != 1 && dims[i] != size) return Incompatible(operands);
      dims[i] = size;
    }
  }
  MR_ASSIGN_OR_RETURN(b.output_, Shape::Create(dims));

  // From the last dimension outward, joining a dimension to the one inside it where every operand
  // walks on evenly.
  std::array<int64_t, kMaxOperands> extent = {1, 1, 1};
  DimVector sizes;
  absl::InlinedVector<std::array<int64_t, kMaxOperands>, 4> strides;
  for (int i = rank - 1; i >= 0; --i) {
    if (dims[i] == 1) continue;
    std::array<int64_t, kMaxOperands> stride = {0, 0, 0};
    bool joins = !sizes.empty();
    for (int k = 0; k < b.num_operands_; ++k) {
      const int64_t size = AlignedDim(*operands[k], i, rank);
      stride[k] = size == 1 ? 0 : extent[k];
      extent[k] *= size;
      joins = joins && stride[k] == strides.back()[k] * sizes.back();
    }
    if (joins) {
      sizes.back() *= dims[i];
    } else {
      sizes.push_back(dims[i]);
      strides.push_back(stride);
    }
  }
  if (!sizes.empty()) {
    b.row_size_ = sizes[0];
    for (int k = 0; k < b.num_operands_; ++k) b.steps_[k] = strides[0][k];
    b.sizes_.assign(sizes.rbegin(), sizes.rend() - 1);
    b.strides_.assign(strides.rbegin(), strides.rend() - 1);
    for (int64_t size : b.sizes_) b.num_rows_ *= size;
  }
  return b;
}

void Broadcast::ForEachRun(ThreadPool* pool, int64_t grain,
                           absl::FunctionRef<void(int64_t, const Offsets&, int64_t)> fn) const {
  const int64_t total = output_.num_elements();
  if (total == 0) return;
  const auto walk = [&](int64_t begin, int64_t end) {
    int64_t row = begin / row_size_, column = begin % row_size_;
    DimVector at(sizes_.size(), 0);
    Offsets offsets = {0, 0, 0};
    int64_t rest = row;
    for (int d = static_cast<int>(sizes_.size()) - 1; d >= 0; --d) {
      at[d] = rest % sizes_[d];
      rest /= sizes_[d];
      for (int k = 0; k < num_operands_; ++k) offsets[k] += at[d] * strides_[d][k];
    }
    while (begin < end) {
      const int64_t count = std::min(row_size_ - column, end - begin);
      const Offsets here = {offsets[0] + column * steps_[0], offsets[1] + column * steps_[1],
                            offsets[2] + column * steps_[2]};
      fn(begin, here, count);
      begin += count;
      column = 0;
      for (int d = static_cast<int>(sizes_.size()) - 1; d >= 0; --d) {
        for (int k = 0; k < num_operands_; ++k) offsets[k] += strides_[d][k];
        if (++at[d] < sizes_[d]) break;
        for (int k = 0; k < num_operands_; ++k) offsets[k] -= sizes_[d] * strides_[d][k];
        at[d] = 0;
      }
    }
  };
  if (total <= grain) {
    walk(0, total);
  } else {
    pool->ParallelFor(total, grain, walk);
  }
}

}  // namespace millrace
