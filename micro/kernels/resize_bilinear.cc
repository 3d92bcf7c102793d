#include "micro/kernels/resize_bilinear.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/independent.h"
#include "micro/kernels/common/resize.h"

namespace millrace::micro {
namespace {

enum Dimensions { kBatch, kHeight, kWidth, kDepth };

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  const TensorType type = input.type();
  MR_ENSURE(context,
            output.type() == type && (type == TensorType::kFloat32 || type == TensorType::kInt8 ||
                                      type == TensorType::kUInt8 || type == TensorType::kInt16),
            Status::kUnsupportedType, "no kernel for the types of input and output");
  return CheckResize(context);
}

struct Grid {
  Grid(const OptionsReader& options, int32_t input, int32_t output)
      : align_corners(options.Bool(ResizeBilinearOptions::kAlignCorners) && output > 1),
        half_pixel(options.Bool(ResizeBilinearOptions::kHalfPixelCenters)),
        input(align_corners ? input - 1 : input),
        output(align_corners ? output - 1 : output),
        last(input - 1) {}
  bool align_corners;
  bool half_pixel;
  int32_t input;  // the ratio of these two is the distance of two outputs
  int32_t output;
  int32_t last;
};

// Between which two elements an output lies along one dimension, and how near to the second.
template <typename Weight>
struct Between {
  int32_t low;
  int32_t high;
  Weight to_low;
  Weight to_high;
};

int32_t Limit(int64_t x, int32_t last) {
  return static_cast<int32_t>(x < 0 ? 0 : x > last ? last : x);
}

Between<float> Locate(const Grid& grid, int32_t i, float) {
  const float step = static_cast<float>(grid.input) / static_cast<float>(grid.output);
  const float place = static_cast<float>(i);
  const float at = grid.half_pixel ? (place + 0.5f) * step - 0.5f : place * step;
  const int32_t low = at <= 0.0f                            ? 0
                      : at >= static_cast<float>(grid.last) ? grid.last
                                                            : static_cast<int32_t>(at);
  // Below 0 before the first element: the weights of the two, which are the same, still add to 1.
  const float beyond = at - static_cast<float>(low);
  return {low, low < grid.last && beyond > 0.0f ? low + 1 : low, 1.0f - beyond, beyond};
}

// Places and weights in steps of 1 / 1024.
constexpr int kFractionBits = 10;
constexpr int64_t kOne = 1 << kFractionBits;

template <typename Sum>
Between<Sum> Locate(const Grid& grid, int32_t i, Sum) {
  const int64_t step = (grid.input * kOne + grid.output / 2) / grid.output;
  const int64_t at = i * step + (grid.half_pixel ? step / 2 - kOne / 2 : 0);
  const int32_t low = Limit(at / kOne, grid.last);
  const int32_t high = Limit((at + kOne - 1) / kOne, grid.last);
  const int64_t beyond = at - low * kOne;
  return {low, high, static_cast<Sum>(kOne - beyond), static_cast<Sum>(beyond)};
}

float Finish(float sum, float) { return sum; }
// Unsigned images are interpolated in floats.
uint8_t Finish(float sum, uint8_t) { return static_cast<uint8_t>(sum + 0.5f); }

template <typename T, typename Sum>
T Finish(Sum sum, T) {
  constexpr Sum kHalf = Sum{1} << (2 * kFractionBits - 1);
  return static_cast<T>((sum + (sum > 0 ? kHalf : -kHalf)) / (2 * kHalf));
}

// A pixel of the output of the four around it.
template <typename T, typename Sum>
void Mix(const T* upper_left, const T* lower_left, const T* upper_right, const T* lower_right,
         const Between<Sum> v, const Between<Sum> h, ptrdiff_t depth, T* out) {
  MR_INDEPENDENT
  for (ptrdiff_t d = 0; d < depth; ++d) {
    const Sum sum = upper_left[d] * v.to_low * h.to_low + lower_left[d] * v.to_high * h.to_low +
                    upper_right[d] * v.to_low * h.to_high + lower_right[d] * v.to_high * h.to_high;
    out[d] = Finish(sum, T{});
  }
}

template <typename T, typename Sum>
Status Resize(const OpContext& context) {
  const Shape from = context.input(0).shape(), to = context.output().shape();
  const Grid rows(context.options(), from[kHeight], to[kHeight]);
  const Grid columns(context.options(), from[kWidth], to[kWidth]);
  const ptrdiff_t depth = from[kDepth], line = depth * from[kWidth];
  const T* image = context.input_data<T>(0);
  T* out = context.output_data<T>();
  for (int32_t b = 0; b < to[kBatch]; ++b, image += line * from[kHeight]) {
    for (int32_t y = 0; y < to[kHeight]; ++y) {
      const Between<Sum> v = Locate(rows, y, Sum{});
      const T* upper = image + v.low * line;
      const T* lower = image + v.high * line;
      for (int32_t x = 0; x < to[kWidth]; ++x) {
        const Between<Sum> h = Locate(columns, x, Sum{});
        const ptrdiff_t left = h.low * depth, right = h.high * depth;
        Mix(upper + left, lower + left, upper + right, lower + right, v, h, depth, out);
        out += depth;
      }
    }
  }
  return Status::kOk;
}

Status Invoke(OpContext& context) {
  MR_TRY(CheckResizedSize(context));
  if (context.output().elements() == 0) return Status::kOk;
  switch (context.input(0).type()) {
    case TensorType::kFloat32:
      return Resize<float, float>(context);
    case TensorType::kInt8:
      return Resize<int8_t, int32_t>(context);
    case TensorType::kUInt8:
      return Resize<uint8_t, float>(context);
    default:
      return Resize<int16_t, int64_t>(context);
  }
}

}  // namespace

const OpRegistration kResizeBilinearOp = {
    .code = BuiltinOp::kResizeBilinear,
    .max_version = 4,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
