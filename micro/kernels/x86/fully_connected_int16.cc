#include "micro/kernels/x86/dense_sums.h"
#include "micro/kernels/x86/int16_output.h"

namespace millrace::micro {
namespace {

template <typename Sum>
void Run(const FullyConnectedQuantized& p, const Int16Requant& requant, const int16_t* input,
         const int8_t* filter, int16_t* output) {
  using Sums = x86::DenseSums<int16_t, Sum>;
  const x86::Int16Finisher<Sum> finisher(requant, p.units);
  x86::ForEachDenseSums<Sum>(
      p, input, filter, [&](const Sums& sums, int32_t row, int rows, int32_t first, int32_t units) {
        finisher.Run(sums.Row(0), Sums::kMaxUnits, first, units, rows,
                     output + static_cast<ptrdiff_t>(row) * p.units + first);
      });
}

}  // namespace

void FullyConnectedInt16Loop(const FullyConnectedQuantized& p, const int16_t* input,
                             const int8_t* filter, const void* bias, TensorType bias_type,
                             int16_t* output) {
  const Int16Requant requant = p.RequantOfInt16(bias, bias_type);
  requant.wide ? Run<int64_t>(p, requant, input, filter, output)
               : Run<int32_t>(p, requant, input, filter, output);
}

}  // namespace millrace::micro
