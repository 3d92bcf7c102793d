#include "micro/kernels/resize_nearest_neighbor.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/resize.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Dimensions { kBatch, kHeight, kWidth, kDepth };

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context, input.type() == output.type() && BitsOf(input.type()) > 0,
            Status::kUnsupportedType, "input and output are not of one type of fixed size");
  return CheckResize(context);
}

// Which pixel is nearest, along one dimension.
class Nearest {
 public:
  Nearest(const OptionsReader& options, int32_t input, int32_t output)
      : last_(input - 1),
        rounds_(options.Bool(ResizeNearestNeighborOptions::kAlignCorners)),
        offset_(options.Bool(ResizeNearestNeighborOptions::kHalfPixelCenters) ? 0.5f : 0.0f),
        scale_(rounds_ && output > 1
                   ? static_cast<float>(input - 1) / static_cast<float>(output - 1)
                   : static_cast<float>(input) / static_cast<float>(output)) {}

  int32_t Of(int32_t i) const {
    const float at = (static_cast<float>(i) + offset_) * scale_;
    if (at >= static_cast<float>(last_)) return last_;
    const int32_t below = static_cast<int32_t>(at);
    return rounds_ && at - static_cast<float>(below) >= 0.5f ? below + 1 : below;
  }

 private:
  int32_t last_;
  bool rounds_;
  float offset_;
  float scale_;
};

Status Invoke(OpContext& context) {
  MR_TRY(CheckResizedSize(context));
  const TensorView input = context.input(0), output = context.output();
  const Shape from = input.shape(), to = output.shape();
  if (output.elements() == 0) return Status::kOk;
  const Strides pitch(from);
  const Nearest row(context.options(), from[kHeight], to[kHeight]);
  const Nearest column(context.options(), from[kWidth], to[kWidth]);
  const int bits = BitsOf(input.type());
  const ptrdiff_t pixel = ptrdiff_t{to[kDepth]} * bits / 8;
  const auto* in = input.data<uint8_t>();
  auto* out = output.data<uint8_t>();
  StridedCopy copy;  // of a pixel
  copy.Add(to[kDepth], 1, 1);
  int32_t at = 0;
  for (int32_t b = 0; b < to[kBatch]; ++b) {
    for (int32_t y = 0; y < to[kHeight]; ++y) {
      const int32_t line = b * pitch[kBatch] + row.Of(y) * pitch[kHeight];
      for (int32_t x = 0; x < to[kWidth]; ++x, at += to[kDepth], out += pixel) {
        const int32_t from = line + column.Of(x) * pitch[kWidth];
        if (bits >= 8) {
          __builtin_memcpy(out, in + ptrdiff_t{from} * bits / 8, static_cast<size_t>(pixel));
        } else {
          copy.Run(input.type(), input.raw(), from, output.raw(), at);
        }
      }
    }
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kResizeNearestNeighborOp = {
    .code = BuiltinOp::kResizeNearestNeighbor,
    .max_version = 4,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
