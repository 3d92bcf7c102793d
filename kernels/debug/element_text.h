// The elements of a tensor as text, for messages to people.
#pragma once

#include <cstdint>
#include <string>

#include "core/tensor/tensor.h"

namespace millrace {

// The first `most` elements (all if most < 0), row after row in brackets ("[[1 2][3 4]]"), with
// "..." where elements were left out; a scalar's or vector's elements alone. Strings as they are.
std::string ElementText(const Tensor& t, int64_t most);

}  // namespace millrace
