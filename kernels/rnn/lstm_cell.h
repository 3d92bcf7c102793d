// One step of an LSTM over a batch, forward and back (Hochreiter and Schmidhuber, 1997; peepholes:
// Gers and Schmidhuber, 2000).
//
// All arrays are row-major: states and gates [batch, cells], x [batch, inputs], w [inputs + cells,
// 4 cells], b [4 cells], peepholes [cells].
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/thread_pool.h"
#include "core/runtime/kernel.h"

namespace millrace {

// The order in which the columns of w and b hold the gates: input, cell input, forget, output; or
// with the forget gate second.
enum class GateOrder { kCellSecond, kForgetSecond };

struct LstmRule {
  GateOrder order = GateOrder::kCellSecond;
  bool peephole = false;
  float forget_bias = 0;
  float cell_clip = 0;  // none unless positive

  int64_t cell_column() const { return order == GateOrder::kCellSecond ? 1 : 2; }
  int64_t forget_column() const { return order == GateOrder::kCellSecond ? 2 : 1; }
};

struct LstmSizes {
  int64_t steps = 1, batch = 0, inputs = 0, cells = 0;

  int64_t state() const { return batch * cells; }
  // Of an op's inputs x, cs_prev, h_prev, w, wci, wcf, wco, b, which begin at `first`. x is
  // [steps, batch, inputs] if `in_time`, else [batch, inputs]. INVALID_ARGUMENT, naming the input,
  // if they do not fit together.
  static absl::StatusOr<LstmSizes> Of(const KernelContext& c, int first, bool in_time);
};

struct LstmWeights {
  const float *w, *wci, *wcf, *wco, *b;
};

// What a step makes. `co` is tanh of the cell state, `ci` the cell input.
struct LstmStates {
  float *i, *cs, *f, *o, *ci, *co, *h;
};

// What a step back reads of the step forward.
struct LstmSaved {
  const float *cs_prev, *i, *cs, *f, *o, *ci, *co;
};

// `gates` is room for [batch, 4 cells].
void LstmForward(ThreadPool* pool, const LstmSizes& sizes, const LstmRule& rule,
                 const LstmWeights& weights, const float* x, const float* cs_prev,
                 const float* h_prev, float* gates, const LstmStates& out);

// Of the gradients by cs and h those by the gates' sums, [batch, 4 cells], and by cs_prev, which
// may be cs_grad's memory; those by the peepholes are added to theirs. As TensorFlow: as if nothing
// had been clipped.
struct LstmGradients {
  float *gates, *cs_prev, *wci, *wcf, *wco;
};
void LstmBackward(const LstmSizes& sizes, const LstmRule& rule, const LstmWeights& weights,
                  const LstmSaved& saved, const float* cs_grad, const float* h_grad,
                  const LstmGradients& out);

}  // namespace millrace
