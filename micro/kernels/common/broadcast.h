// Broadcasting in the NumPy sense, up to 6 dimensions.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_BROADCAST_H_
#define MILLRACE_MICRO_KERNELS_COMMON_BROADCAST_H_

#include <cstdint>

#include "micro/core/tensor_view.h"

namespace millrace::micro {

constexpr int kMaxBroadcastRank = 6;

// How kInputs operands are read while the output is written in order. Dimensions that are walked
// alike by all operands are merged, so that equal shapes are one dimension.
template <int kInputs>
struct BroadcastPlan {
  int rank = 0;
  int32_t dims[kMaxBroadcastRank];              // of the output, outermost first
  int32_t strides[kInputs][kMaxBroadcastRank];  // in elements; 0 along a broadcast dimension
};

// False when the shapes do not broadcast to `output`, or have too many dimensions.
template <int kInputs>
bool PlanBroadcast(const Shape (&inputs)[kInputs], const Shape& output,
                   BroadcastPlan<kInputs>* plan) {
  if (output.rank > kMaxBroadcastRank) return false;
  int32_t next[kInputs];  // elements of each operand inside the current dimension
  for (int k = 0; k < kInputs; ++k) {
    if (inputs[k].rank > output.rank) return false;
    next[k] = 1;
  }
  // From the innermost outwards; turned round at the end.
  int rank = 0;
  for (int d = 1; d <= output.rank; ++d) {
    const int32_t size = output[output.rank - d];
    int32_t stride[kInputs];
    bool any = false;  // an operand has the dimension in full
    for (int k = 0; k < kInputs; ++k) {
      const int32_t own = d <= inputs[k].rank ? inputs[k][inputs[k].rank - d] : 1;
      if (own != size && own != 1) return false;
      any |= own == size;
      stride[k] = own == 1 ? 0 : next[k];
      next[k] *= own;
    }
    if (!any) return false;
    if (size == 1) continue;
    bool merges = rank > 0;
    for (int k = 0; k < kInputs && merges; ++k) {
      merges = stride[k] == plan->strides[k][rank - 1] * plan->dims[rank - 1];
    }
    if (merges) {
      plan->dims[rank - 1] *= size;
      continue;
    }
    for (int k = 0; k < kInputs; ++k) plan->strides[k][rank] = stride[k];
    plan->dims[rank++] = size;
  }
  for (int i = 0, j = rank - 1; i < j; ++i, --j) {
    const int32_t size = plan->dims[i];
    plan->dims[i] = plan->dims[j];
    plan->dims[j] = size;
    for (int k = 0; k < kInputs; ++k) {
      const int32_t stride = plan->strides[k][i];
      plan->strides[k][i] = plan->strides[k][j];
      plan->strides[k][j] = stride;
    }
  }
  plan->rank = rank;
  return true;
}

// Calls row(positions, strides, count) for each innermost row of the output, in order: operand k's
// elements are at positions[k] + i * strides[k], i < count.
template <int kInputs, typename Row>
void ForEachRow(const BroadcastPlan<kInputs>& plan, const Row& row) {
  int32_t positions[kInputs] = {};
  int32_t strides[kInputs] = {};
  const int inner = plan.rank - 1;
  for (int k = 0; k < kInputs && inner >= 0; ++k) strides[k] = plan.strides[k][inner];
  const int32_t count = inner < 0 ? 1 : plan.dims[inner];
  for (int d = 0; d < plan.rank; ++d) {
    if (plan.dims[d] == 0) return;
  }
  int32_t index[kMaxBroadcastRank] = {};
  for (;;) {
    row(positions, strides, count);
    int d = inner - 1;
    for (; d >= 0; --d) {
      for (int k = 0; k < kInputs; ++k) positions[k] += plan.strides[k][d];
      if (++index[d] < plan.dims[d]) break;
      index[d] = 0;
      for (int k = 0; k < kInputs; ++k) positions[k] -= plan.strides[k][d] * plan.dims[d];
    }
    if (d < 0) return;
  }
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_BROADCAST_H_
