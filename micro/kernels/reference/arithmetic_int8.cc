#include "micro/kernels/loops/arithmetic.h"

namespace millrace::micro {

void AddInt8Row(const void* data, const PairRow& row) {
  QuantizedRow<int8_t>(*static_cast<const AddQuantized*>(data), row, AddElements);
}

void MulInt8Row(const void* data, const PairRow& row) {
  QuantizedRow<int8_t>(*static_cast<const MulQuantized*>(data), row, MulElements);
}

}  // namespace millrace::micro
