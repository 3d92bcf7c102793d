// The host's interpreter has a copy of the model of its own, so dense float layers may have their
// weights in the order they are read.
#ifndef MILLRACE_MICRO_HOST_TURNED_WEIGHTS_H_
#define MILLRACE_MICRO_HOST_TURNED_WEIGHTS_H_

#include <cstdint>

#include "micro/core/op.h"

namespace millrace::micro {

// Lays the float filters of FULLY_CONNECTED in a verified model out anew, in place. False, and
// nothing is changed, when there is none or anything else reads one. True: the model is to be run
// with TurnedFullyConnectedOp, and verified again, as a hostile one may keep its tables in its
// weights.
bool TurnWeights(uint8_t* model);

OpRegistration TurnedFullyConnectedOp();

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_HOST_TURNED_WEIGHTS_H_
