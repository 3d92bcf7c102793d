#include "micro/kernels/reference/pool_windows.h"

namespace millrace::micro {

void AveragePoolLoop(const PoolShape& s, IntRange range, const int8_t* input, int8_t* output) {
  AverageOfInts(s, range, input, output);
}
void AveragePoolLoop(const PoolShape& s, IntRange range, const uint8_t* input, uint8_t* output) {
  AverageOfInts(s, range, input, output);
}
void AveragePoolLoop(const PoolShape& s, IntRange range, const int16_t* input, int16_t* output) {
  AverageOfInts(s, range, input, output);
}
void AveragePoolLoop(const PoolShape& s, FloatRange range, const float* input, float* output) {
  AverageOfFloats(s, range, input, output);
}

void MaxPoolLoop(const PoolShape& s, IntRange range, const int8_t* input, int8_t* output) {
  MaxOfInts(s, range, input, output);
}
void MaxPoolLoop(const PoolShape& s, IntRange range, const uint8_t* input, uint8_t* output) {
  MaxOfInts(s, range, input, output);
}
void MaxPoolLoop(const PoolShape& s, IntRange range, const int16_t* input, int16_t* output) {
  MaxOfInts(s, range, input, output);
}
void MaxPoolLoop(const PoolShape& s, FloatRange range, const float* input, float* output) {
  MaxOfFloats(s, range, input, output);
}

void L2PoolLoop(const PoolShape& s, FloatRange range, const float* input, float* output) {
  RootOfMeanSquares(s, range, input, output);
}

}  // namespace millrace::micro
