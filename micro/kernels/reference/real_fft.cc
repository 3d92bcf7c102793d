#include "micro/kernels/loops/front_end.h"
#include "micro/signal/fft.h"

namespace millrace::micro {

void RealFftLoop(const int16_t* input, int32_t size, int32_t length, const int16_t* twiddles,
                 int16_t* output) {
  signal::RealFft(input, size, length, twiddles, output);
}

}  // namespace millrace::micro
