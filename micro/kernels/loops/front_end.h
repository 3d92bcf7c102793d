// The loops of the audio front end that take its time; micro/signal/ says what each computes.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_FRONT_END_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_FRONT_END_H_

#include <cstdint>

#include "micro/signal/filter_bank.h"

namespace millrace::micro {

// signal::ApplyWindow; the output may be the input.
void WindowLoop(const int16_t* input, const int16_t* weights, int32_t n, int shift,
                int16_t* output);

// signal::AutoScale
int32_t AutoScaleLoop(const int16_t* input, int32_t n, int16_t* output);

// signal::RealFft
void RealFftLoop(const int16_t* input, int32_t size, int32_t length, const int16_t* twiddles,
                 int16_t* output);

// signal::Energies
void EnergiesLoop(const int16_t* spectrum, int32_t begin, int32_t end, uint32_t* output);

// signal::SumBands
void SumBandsLoop(const signal::FilterBank& bank, const uint32_t* energies, uint64_t* output);

// roots[i] = signal::SquareRoot(sums[i]) >> shift; the roots may lie where the sums do.
void SquareRootsLoop(const uint64_t* sums, int32_t n, int shift, uint32_t* roots);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_FRONT_END_H_
