#include "micro/kernels/loops/arithmetic.h"

namespace millrace::micro {

void AddInt16Row(const void* data, const PairRow& row) {
  QuantizedRow<int16_t>(*static_cast<const AddQuantized*>(data), row, AddElements);
}

}  // namespace millrace::micro
