// Pixels of any real type as float or double, so that a kernel is written once for all of them.
#pragma once

#include <vector>

#include "core/tensor/tensor.h"

namespace millrace {

// The elements of a tensor of a real dtype, in order.
std::vector<float> ToFloats(const Tensor& t);
std::vector<double> ToDoubles(const Tensor& t);
// Writes values into a tensor of a real dtype and of so many elements; integers are truncated.
void FromDoubles(const std::vector<double>& values, Tensor* t);

}  // namespace millrace
