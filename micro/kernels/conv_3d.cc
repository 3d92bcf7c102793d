#include "micro/kernels/conv_3d.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/padding.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

constexpr int kAxes = 3;  // depth, height, width; dimensions 1 .. 3
enum Dimensions { kBatch = 0, kChannels = 4, kRank = 5 };

struct Data {
  FloatRange range;
  int32_t stride[kAxes];
  int32_t dilation[kAxes];
  int32_t before[kAxes];  // padding
};

// Of either op.
struct Tensors {
  TensorView input, filter, bias, output;
};

Status CheckTensors(const OpContext& context, const Tensors& t, int filter_in, int filter_out) {
  const TensorType type = TensorType::kFloat32;
  MR_ENSURE(context,
            t.input.type() == type && t.filter.type() == type && t.output.type() == type &&
                (!t.bias.present() || t.bias.type() == type),
            Status::kUnsupportedType, "input, filter, bias or output is not float32");
  const Shape in = t.input.shape(), filter = t.filter.shape(), out = t.output.shape();
  MR_ENSURE(context,
            in.rank == kRank && filter.rank == kRank && out.rank == kRank && in.elements() > 0 &&
                filter.elements() > 0 && out.elements() > 0,
            Status::kInvalidShape, "input, filter and output want 5 dimensions that are not empty");
  MR_ENSURE(context,
            in[kBatch] == out[kBatch] && filter[filter_in] == in[kChannels] &&
                filter[filter_out] == out[kChannels],
            Status::kInvalidShape, "batches or channels do not fit");
  MR_ENSURE(context, !t.bias.present() || t.bias.elements() == out[kChannels],
            Status::kInvalidShape, "the bias has not one element an output channel");
  return Status::kOk;
}

// Windows slide over `large`, each makes one element of `small`.
Status PrepareWindows(const OpContext& context, const Shape& large, const Shape& filter,
                      const Shape& small, Data* data) {
  const OptionsReader options = context.options();
  static constexpr int kStrides[] = {Conv3DOptions::kStrideD, Conv3DOptions::kStrideH,
                                     Conv3DOptions::kStrideW};
  static constexpr int kDilations[] = {Conv3DOptions::kDilationDFactor,
                                       Conv3DOptions::kDilationHFactor,
                                       Conv3DOptions::kDilationWFactor};
  const Padding padding = options.PaddingOf(Conv3DOptions::kPadding);
  for (int a = 0; a < kAxes; ++a) {
    const Window window = {large[a + 1], filter[a], options.Int32(kStrides[a]),
                           options.Int32(kDilations[a], 1)};
    MR_ENSURE(context, window.IsSound(), Status::kInvalidShape,
              "a stride or dilation is not positive or too large");
    MR_ENSURE(context, OutputSize(padding, window) == small[a + 1], Status::kInvalidShape,
              "the output has not the size that input, filter, stride and padding give");
    data->stride[a] = window.stride;
    data->dilation[a] = window.dilation;
    data->before[a] = PaddingBefore(padding, window, small[a + 1]);
  }
  return FloatActivationRange(
      context, options.FusedActivation(Conv3DOptions::kFusedActivationFunction), &data->range);
}

Tensors OfConv(const OpContext& context) {
  return {context.input(0), context.input(1), context.optional_input(2), context.output()};
}

Status PrepareConv(OpContext& context) {
  const Tensors t = OfConv(context);
  MR_TRY(CheckTensors(context, t, 3, 4));
  Data* data;
  MR_TRY(context.NewData(&data));
  return PrepareWindows(context, t.input.shape(), t.filter.shape(), t.output.shape(), data);
}

// Calls fn(tap, position) for each tap of one axis that lies on an element.
template <typename Fn>
void ForEachTap(int32_t first, int32_t dilation, int32_t taps, int32_t size, const Fn& fn) {
  for (int32_t tap = 0; tap < taps; ++tap) {
    const int32_t at = first + tap * dilation;
    if (at >= 0 && at < size) fn(tap, at);
  }
}

// Calls fn(element of the large volume, tap) for each tap of the window of one
// element of the small volume.
template <typename Fn>
void ForEachElement(const Data& data, const Shape& large, const Shape& filter, const int32_t* at,
                    const Fn& fn) {
  int32_t first[kAxes];
  for (int a = 0; a < kAxes; ++a) first[a] = at[a] * data.stride[a] - data.before[a];
  ForEachTap(first[0], data.dilation[0], filter[0], large[1], [&](int32_t i, int32_t z) {
    ForEachTap(first[1], data.dilation[1], filter[1], large[2], [&](int32_t j, int32_t y) {
      ForEachTap(first[2], data.dilation[2], filter[2], large[3], [&](int32_t k, int32_t x) {
        fn((z * large[2] + y) * large[3] + x, (i * filter[1] + j) * filter[2] + k);
      });
    });
  });
}

// Calls fn(position) for each element of one batch of a volume.
template <typename Fn>
void ForEachPosition(const Shape& volume, const Fn& fn) {
  for (int32_t z = 0; z < volume[1]; ++z) {
    for (int32_t y = 0; y < volume[2]; ++y) {
      for (int32_t x = 0; x < volume[3]; ++x) {
        const int32_t at[kAxes] = {z, y, x};
        fn(at);
      }
    }
  }
}

// Adds the bias and clamps `count` elements, whole rows of channels.
void Finish(const Data& data, const TensorView& bias, int32_t channels, int32_t count,
            float* values) {
  for (int32_t i = 0; i < count; ++i) {
    const float b = bias.present() ? bias.data<float>()[i % channels] : 0.0f;
    values[i] = ClampFloat(values[i] + b, data.range.low, data.range.high);
  }
}

Status InvokeConv(OpContext& context) {
  const Data& data = context.data<Data>();
  const Tensors t = OfConv(context);
  const Shape in = t.input.shape(), filter = t.filter.shape(), out = t.output.shape();
  const int32_t inputs = in[kChannels], outputs = out[kChannels];
  const float* image = t.input.data<float>();
  float* row = t.output.data<float>();
  for (int32_t b = 0; b < in[kBatch]; ++b, image += in.Product(1, kRank)) {
    ForEachPosition(out, [&](const int32_t* at) {
      for (int32_t o = 0; o < outputs; ++o) row[o] = 0.0f;
      ForEachElement(data, in, filter, at, [&](int32_t element, int32_t tap) {
        const float* x = image + ptrdiff_t{element} * inputs;
        const float* w = t.filter.data<float>() + ptrdiff_t{tap} * inputs * outputs;
        for (int32_t i = 0; i < inputs; ++i) {
          for (int32_t o = 0; o < outputs; ++o) row[o] += x[i] * *w++;
        }
      });
      Finish(data, t.bias, outputs, outputs, row);
      row += outputs;
    });
  }
  return Status::kOk;
}

// ---- Transposed ----

Tensors OfTransposed(const OpContext& context) {
  return {context.input(2), context.input(1), context.optional_input(3), context.output()};
}

Status CheckOutputShape(const OpContext& context) {
  const TensorView asked = context.input(0);
  for (int d = 0; d < kRank; ++d) {
    MR_ENSURE(context, IndexAt(asked, d) == context.output().dim(d), Status::kInvalidShape,
              "the output has not the shape that is asked for");
  }
  return Status::kOk;
}

Status PrepareTransposed(OpContext& context) {
  const Tensors t = OfTransposed(context);
  MR_TRY(CheckTensors(context, t, 4, 3));
  const TensorView asked = context.input(0);
  MR_ENSURE(context, asked.type() == TensorType::kInt32 && asked.elements() == kRank,
            Status::kInvalidShape, "the output's shape is not five int32");
  if (IsConstant(asked)) MR_TRY(CheckOutputShape(context));
  Data* data;
  MR_TRY(context.NewData(&data));
  MR_TRY(PrepareWindows(context, t.output.shape(), t.filter.shape(), t.input.shape(), data));
  for (int a = 0; a < kAxes; ++a) {
    MR_ENSURE(context, data->dilation[a] == 1, Status::kUnsupported, "a dilation is not 1");
  }
  return Status::kOk;
}

Status InvokeTransposed(OpContext& context) {
  MR_TRY(CheckOutputShape(context));
  const Data& data = context.data<Data>();
  const Tensors t = OfTransposed(context);
  const Shape in = t.input.shape(), filter = t.filter.shape(), out = t.output.shape();
  const int32_t inputs = in[kChannels], outputs = out[kChannels];
  const int32_t size = out.Product(1, kRank);
  const float* x = t.input.data<float>();
  float* image = t.output.data<float>();
  for (int32_t b = 0; b < in[kBatch]; ++b, image += size) {
    for (int32_t i = 0; i < size; ++i) image[i] = 0.0f;
    ForEachPosition(in, [&](const int32_t* at) {
      ForEachElement(data, out, filter, at, [&](int32_t element, int32_t tap) {
        float* row = image + ptrdiff_t{element} * outputs;
        const float* w = t.filter.data<float>() + ptrdiff_t{tap} * inputs * outputs;
        for (int32_t o = 0; o < outputs; ++o) {
          for (int32_t i = 0; i < inputs; ++i) row[o] += x[i] * *w++;
        }
      });
      x += inputs;
    });
    Finish(data, t.bias, outputs, size, image);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kConv3DOp = {
    .code = BuiltinOp::kConv3D,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 3,
    .prepare = PrepareConv,
    .invoke = InvokeConv,
};

const OpRegistration kConv3DTransposeOp = {
    .code = BuiltinOp::kConv3DTranspose,
    .max_version = 1,
    .min_inputs = 3,
    .max_inputs = 4,
    .prepare = PrepareTransposed,
    .invoke = InvokeTransposed,
};

}  // namespace millrace::micro
