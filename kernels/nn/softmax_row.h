// Softmax of one row, which all ops with a softmax share.
#pragma once

#include <cstdint>

namespace millrace {

// y = exp(x - max(x)); returns the sum of y, and the maximum in *max. n >= 1; x and y may be the
// same.
float ExpRow(const float* x, int64_t n, float* y, float* max);
double ExpRow(const double* x, int64_t n, double* y, double* max);

}  // namespace millrace
