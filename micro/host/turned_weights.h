// The host's interpreter has a copy of the model of its own, so float layers may have their weights
// in the order they are read.
#ifndef MILLRACE_MICRO_HOST_TURNED_WEIGHTS_H_
#define MILLRACE_MICRO_HOST_TURNED_WEIGHTS_H_

#include <cstdint>
#include <vector>

#include "micro/core/op.h"

namespace millrace::micro {

// Lays the float filters of FULLY_CONNECTED, CONV_2D and TRANSPOSE_CONV in a verified model out
// anew, in place: all of an op, or none where anything else reads one. Returns the ops that the
// model is to be run with instead of those of the same code. Where there are some, it is to be
// verified again, as a hostile model may keep its tables in its weights.
std::vector<OpRegistration> TurnWeights(uint8_t* model);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_HOST_TURNED_WEIGHTS_H_
