// Reduction: which elements of a tensor make which element of the output when some dimensions are
// reduced.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_REDUCTION_H_
#define MILLRACE_MICRO_KERNELS_COMMON_REDUCTION_H_

#include <cstdint>

#include "micro/core/op.h"

namespace millrace::micro {

class Reduction {
 public:
  // Takes `count` elements from number `first` on, `stride` apart, into the accumulator.
  using Row = void (*)(const void* data, int32_t first, int32_t stride, int32_t count,
                       void* accumulator);

  // Input 0 over the axes in input 1. kUnsupportedType for axes that are no integers; kInvalidShape
  // for axes out of range, an output with another number of elements, and outputs of nothing.
  // REQUIRES: the axes have data.
  Status Make(const OpContext& context);

  int32_t outputs() const { return outputs_; }
  int32_t count() const { return count_; }  // of the elements of one output
  int32_t first() const { return at_; }     // the number of the current output's first element

  // All elements of the current output, in rows; then goes on to the next output, in order.
  void Next(const void* data, Row row, void* accumulator);

  // How many outputs in order have elements side by side: 1 when the innermost dimension is
  // reduced.
  int32_t columns() const;
  // Takes rows of `columns` neighbours from number `first` on, `count` rows `stride` apart, each
  // column into its own accumulator.
  using Rows = void (*)(const void* data, int32_t first, int32_t stride, int32_t count,
                        int32_t columns, void* accumulators);
  // All elements of `count` outputs, beginning with column `first` of the current columns().
  void Columns(const void* data, int32_t first, int32_t count, Rows rows, void* accumulators) const;
  // Whether output i is made of the elements i * count() .. i * count() + count() - 1, more than 1.
  bool AreRows() const;
  // Goes on by columns() outputs.
  void NextColumns() { kept_.Step(columns() > 1 ? 1 : 0, index_, &at_); }

 private:
  // Dimensions, outermost first, neighbours merged; strides in elements.
  struct Walk {
    void Add(int32_t size, int32_t stride);
    // To the next index; false (and back at the start) after the last. `inner` of the innermost
    // dimensions are left alone.
    bool Step(int inner, int32_t* index, int32_t* at) const;
    int rank = 0;
    int32_t sizes[kMaxRank];
    int32_t strides[kMaxRank];
  };

  Walk kept_;
  Walk reduced_;
  int32_t outputs_;
  int32_t count_;
  int32_t at_ = 0;                // the current output's first element
  int32_t index_[kMaxRank] = {};  // of the kept dimensions
};

// What prepare checks when the axes are constant.
Status CheckReduction(const OpContext& context);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_REDUCTION_H_
