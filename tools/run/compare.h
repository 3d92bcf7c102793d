// Whether a tensor is what was expected.
#ifndef MILLRACE_TOOLS_RUN_COMPARE_H_
#define MILLRACE_TOOLS_RUN_COMPARE_H_

#include <string>

#include "core/tensor/tensor.h"

namespace millrace {

// "" if `got` matches: type and shape equal, and each element equal; of floating-point and complex
// ones |got - expected| <= atol + rtol * |expected|, infinities equal, NaN where NaN is expected.
// Otherwise what is different, with the first element that is.
std::string Difference(const Tensor& got, const Tensor& expected, double rtol, double atol);

}  // namespace millrace

#endif  // MILLRACE_TOOLS_RUN_COMPARE_H_
