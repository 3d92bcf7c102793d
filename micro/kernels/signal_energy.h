// SignalEnergy: squared magnitudes of a spectrum.
#ifndef MILLRACE_MICRO_KERNELS_SIGNAL_ENERGY_H_
#define MILLRACE_MICRO_KERNELS_SIGNAL_ENERGY_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input int16 [2 * n], pairs of real and imaginary part; output uint32 [n]. Options start_index and
// end_index: what lies outside of them is 0.
extern const OpRegistration kSignalEnergyOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SIGNAL_ENERGY_H_
