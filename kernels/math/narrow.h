// Between the 16-bit floats and float, in bulk.
#pragma once

#include <cstdint>

#include "core/tensor/dtype.h"

namespace millrace {

void Widen(const half* x, float* y, int64_t n);
void Widen(const bfloat16* x, float* y, int64_t n);
void Narrow(const float* x, half* y, int64_t n);
void Narrow(const float* x, bfloat16* y, int64_t n);

// By dtype: half and bfloat16 are converted, anything else is an error of the caller.
void WidenAny(DType type, const void* x, float* y, int64_t n);
void NarrowAny(DType type, const float* x, void* y, int64_t n);

inline bool IsNarrowFloat(DType t) { return t == DType::kHalf || t == DType::kBFloat16; }

}  // namespace millrace
