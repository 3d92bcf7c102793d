// How a quantised type says the numbers between two floats, as TensorFlow's quantised ops do.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/dtype.h"
#include "core/tensor/tensor.h"

namespace millrace {

// The integers of a quantised type.
struct QuantizedType {
  double lowest = 0, highest = 0;
  bool is_signed = false;

  // REQUIRES: a quantised type.
  static QuantizedType Of(DType dtype);
  double steps() const { return highest - lowest + 1; }
};

// The real numbers from min to max in the integers of a type: the lowest stands for min, the
// highest for max.
struct QuantizedRange {
  QuantizedType type;
  float min = 0, max = 0;

  float ToFloat(double quantized) const;
  // Rounded to the nearest, and outside the type where the number is outside the range.
  double FromFloatUnclamped(float real) const;
  double FromFloat(float real) const;
  // The distance of two neighbours.
  float Level() const;
};

// The range of a product of numbers of two ranges, in integers of type `out`.
QuantizedRange ProductRange(const QuantizedRange& a, const QuantizedRange& b, DType out);

// The element of a float input that says one end of a range. INVALID_ARGUMENT, naming `what`,
// unless it has exactly one.
absl::StatusOr<float> RangeEnd(const Tensor& t, absl::string_view what);
// The range of a quantised input i, whose ends are in inputs `min` and `max`.
absl::StatusOr<QuantizedRange> InputRange(KernelContext& c, int i, int min, int max);

// Sets outputs first and first + 1 to the ends of the range.
void SetRangeOutputs(KernelContext& c, int first, float min, float max);

// Where each element of a tensor lies along one dimension (all at 0 for axis -1).
struct Channels {
  int64_t count = 1, inner = 1;

  // INVALID_ARGUMENT for an axis that the shape has not.
  static absl::StatusOr<Channels> Of(const Shape& shape, int64_t axis);
  int64_t At(int64_t i) const { return i / inner % count; }
  // INVALID_ARGUMENT unless both tensors have an element a channel.
  absl::Status CheckEnds(const Tensor& min, const Tensor& max) const;
};

// Shape function of ops with an attribute `axis` whose inputs 1 and 2, and outputs 1 and 2 if there
// are any, are the ends of a range or of one a channel. Output 0 has input 0's shape.
absl::Status RangesShape(ShapeContext& c);

// Shape function: output 0 has input 0's shape, all others are scalars, and so must all other
// inputs be.
absl::Status QuantizedUnaryShape(ShapeContext& c);

}  // namespace millrace
