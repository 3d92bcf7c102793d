// NumPy broadcasting of up to three operands, reduced to as few dimensions as describe it.
#pragma once

#include <array>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/tensor/shape.h"

namespace millrace {

class ThreadPool;

// Immutable after Create; thread-safe.
class Broadcast {
 public:
  static constexpr int kMaxOperands = 3;
  using Offsets = int64_t[kMaxOperands];

  // INVALID_ARGUMENT ("Incompatible shapes: [2,3] vs. [4]") if the shapes do not broadcast.
  static absl::StatusOr<Broadcast> Create(absl::Span<const Shape* const> operands);

  const Shape& output() const { return output_; }
  // Elements of operand k from one element of a row to the next: 0 or 1.
  int64_t step(int k) const { return steps_[k]; }
  int64_t row_size() const { return row_size_; }

  // Calls fn(output offset, operand offsets, count) for runs of consecutive output elements, each
  // within a row; on `pool`'s threads where more than `grain` elements are to be had.
  void ForEachRun(
      ThreadPool* pool, int64_t grain,
      absl::FunctionRef<void(int64_t output, const Offsets& operands, int64_t count)> fn) const;

 private:
  Shape output_;
  // The last dimension is the row; the others, outermost first, are walked.
  DimVector sizes_;
  absl::InlinedVector<std::array<int64_t, kMaxOperands>, 4> strides_;
  int64_t row_size_ = 1, num_rows_ = 1;
  Offsets steps_ = {0, 0, 0};
  int num_operands_ = 0;
};

}  // namespace millrace
