// Numbers of one quantised range as those of another, in TensorFlow's single precision: of 32 bits
// the lowest are lost.
#pragma once

#include <algorithm>
#include <cmath>

#include "kernels/quantize/quantized_type.h"

namespace millrace {

class QuantizedConverter {
 public:
  QuantizedConverter(const QuantizedRange& from, const QuantizedRange& to)
      : type_(to.type),
        from_step_(static_cast<float>((from.max - from.min) / (from.type.steps() - 1))),
        to_scale_(to.min == to.max ? 0
                                   : static_cast<float>((to.type.steps() - 1) / (to.max - to.min))),
        to_zero_(std::round(to.min * to_scale_) - static_cast<float>(to.type.lowest)) {
    const float min =
        from.min == from.max ? from.min : Product(std::round(from.min / from_step_), from_step_);
    from_zero_ = min - Product(from.type.lowest, from_step_);
  }
  double operator()(double quantized) const {
    const float real = from_zero_ + Product(quantized, from_step_);
    return std::clamp<double>(std::round(real * to_scale_) - to_zero_, type_.lowest, type_.highest);
  }

 private:
  // Rounded before it is added to anything, which the compiler would else not do.
  static float Product(double a, float b) {
    return static_cast<float>(static_cast<double>(static_cast<float>(a)) * b);
  }

  const QuantizedType type_;
  const float from_step_, to_scale_;
  const float to_zero_;  // less than what becomes the lowest number
  float from_zero_;      // what 0 stands for
};

}  // namespace millrace
