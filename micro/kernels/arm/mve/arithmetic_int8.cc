// Additions and multiplications for Armv8.1-M with Helium: four elements at once.
#include "micro/kernels/arm/mve/output.h"
#include "micro/kernels/loops/arithmetic.h"

namespace millrace::micro {
namespace {

// An operand in the common scale.
int32x4_t Scaled(int32x4_t x, int32_t zero_point, int left_shift, const Requant& factor) {
  x = vshlq_r_s32(vsubq_n_s32(x, zero_point), left_shift);
  return mve::Requantized(x, factor);
}

int32x4_t Sum(const AddQuantized& p, int32x4_t a, int32x4_t b) {
  const AddFactors& f = p.factors;
  const int32x4_t x = Scaled(a, p.a_zero_point, p.left_shift, f.a);
  const int32x4_t y = Scaled(b, p.b_zero_point, p.left_shift, f.b);
  const int32x4_t sum = mve::Requantized(vmlaq_n_s32(x, y, p.sign), f.output);
  return mve::Int8Output{p.output_zero_point, f.range}.Clamped(sum);
}

// A stride is 1 or 0.
int32x4_t Load(const int8_t* p, int32_t stride, mve_pred16_t lanes) {
  return stride == 0 ? vdupq_n_s32(*p) : vldrbq_z_s32(p, lanes);
}

int32x4_t Product(const MulQuantized& p, int32x4_t a, int32x4_t b) {
  const Requant& factor = p.factors.output;
  const int32x4_t product =
      vmulq_s32(vsubq_n_s32(a, p.a_zero_point), vsubq_n_s32(b, p.b_zero_point));
  return mve::Int8Output{p.output_zero_point, p.factors.range}.Clamped(
      mve::Requantized(product, factor));
}

template <typename Params, typename Fn>
void Row(const void* data, const PairRow& row, const Fn& four) {
  const Params p = *static_cast<const Params*>(data);
  const auto* a = static_cast<const int8_t*>(row.a);
  const auto* b = static_cast<const int8_t*>(row.b);
  auto* out = static_cast<int8_t*>(row.out);
  int32_t i = 0;
  if (row.a_stride == 1 && row.b_stride == 1) {
    for (; i + 4 <= row.count; i += 4) {
      vstrbq_s32(out + i, four(p, vldrbq_s32(a + i), vldrbq_s32(b + i)));
    }
  }
  for (; i < row.count; i += 4) {
    const mve_pred16_t lanes = vctp32q(static_cast<uint32_t>(row.count - i));
    const int32x4_t x = Load(a + i * row.a_stride, row.a_stride, lanes);
    const int32x4_t y = Load(b + i * row.b_stride, row.b_stride, lanes);
    vstrbq_p_s32(out + i, four(p, x, y), lanes);
  }
}

}  // namespace

void AddInt8Row(const void* data, const PairRow& row) { Row<AddQuantized>(data, row, Sum); }
void MulInt8Row(const void* data, const PairRow& row) { Row<MulQuantized>(data, row, Product); }

}  // namespace millrace::micro
