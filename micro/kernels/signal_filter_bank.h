// The filter bank of the audio front end and the ops that follow it.
#ifndef MILLRACE_MICRO_KERNELS_SIGNAL_FILTER_BANK_H_
#define MILLRACE_MICRO_KERNELS_SIGNAL_FILTER_BANK_H_

#include "micro/core/op.h"

namespace millrace::micro {

// energies uint32 [n]; constants of int16: weights and unweights [m], starts, weight starts and
// widths [num_channels + 1] (see signal/filter_bank.h); output uint64 [num_channels].
extern const OpRegistration kSignalFilterBankOp;

// input uint64 [n], scale bits int32 (one); output uint32 [n]: square roots divided by 2^bits.
extern const OpRegistration kSignalFilterBankSquareRootOp;

// input uint32 [num_channels]; outputs uint32 [num_channels]: what remains, and the noise's
// estimate, which is state. Options: see signal/filter_bank.h.
extern const OpRegistration kSignalFilterBankSpectralSubtractionOp;

// signal uint32 [n], noise's estimate uint32 [n], gains int16 [125]; output uint32 [n]. Option
// snr_shift.
extern const OpRegistration kSignalPCANOp;

// input uint32 [n], output int16 [n]: output_scale times the logarithm. Options output_scale,
// input_correction_bits.
extern const OpRegistration kSignalFilterBankLogOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SIGNAL_FILTER_BANK_H_
