#include "micro/kernels/signal_frames.h"

#include "micro/kernels/common/custom_options.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

struct FrameSizes {
  int32_t size;
  int32_t step;
};

// frames [..., size]
Status ReadSizes(const OpContext& context, const Shape& frames, FrameSizes* sizes) {
  const CustomOptions options(context.custom_options());
  sizes->size = options.Int("frame_size", frames.last());
  sizes->step = options.Int("frame_step", 0);
  MR_ENSURE(context,
            sizes->step >= 1 && sizes->step <= sizes->size && sizes->size <= INT32_MAX / 16,
            Status::kUnsupported, "frame_step is not in 1 .. frame_size");
  return Status::kOk;
}

// stream [..., frames * step] and frames [..., frames, size]: rows are what "..." stands for.
Status CheckShapes(const OpContext& context, const Shape& stream, const Shape& frames,
                   const FrameSizes& sizes) {
  MR_ENSURE(context, stream.rank >= 1 && frames.rank == stream.rank + 1, Status::kInvalidShape,
            "frames have not one dimension more than the stream");
  const int rows = stream.rank - 1;
  MR_ENSURE(context,
            frames[rows + 1] == sizes.size && int64_t{frames[rows]} * sizes.step == stream[rows] &&
                frames.Product(0, rows) == stream.Product(0, rows),
            Status::kInvalidShape, "the shapes of stream and frames do not fit the options");
  return Status::kOk;
}

// ---- SignalFramer ----

struct FramerData {
  FrameSizes sizes;
  int32_t filled;  // samples that wait, of each row
  bool prefill;
  int16_t* waiting;  // [rows][capacity]
};

int32_t CapacityOf(const FrameSizes& sizes) { return sizes.size - 1 + sizes.step; }

Status PrepareFramer(OpContext& context) {
  const TensorView input = context.input(0);
  MR_ENSURE(context,
            input.type() == TensorType::kInt16 && context.output(0).type() == TensorType::kInt16 &&
                context.output(1).type() == TensorType::kBool,
            Status::kUnsupportedType, "stream and frames are to be int16, validity bool");
  MR_ENSURE(context, context.output(1).elements() == 1, Status::kInvalidShape,
            "validity is not one value");
  FramerData* data;
  MR_TRY(context.NewData(&data));
  MR_TRY(ReadSizes(context, context.output(0).shape(), &data->sizes));
  MR_TRY(CheckShapes(context, input.shape(), context.output(0).shape(), data->sizes));
  data->prefill = CustomOptions(context.custom_options()).Bool("prefill", false);
  const int32_t rows = input.shape().Product(0, input.rank() - 1);
  return context.AllocateArray(
      static_cast<size_t>(rows) * static_cast<size_t>(CapacityOf(data->sizes)), &data->waiting);
}

void ResetFramer(OpContext& context) {
  FramerData& data = context.data<FramerData>();
  const Shape shape = context.input(0).shape();
  const auto rows = static_cast<size_t>(shape.Product(0, shape.rank - 1));
  data.filled = data.prefill ? data.sizes.size - data.sizes.step : 0;
  __builtin_memset(data.waiting, 0,
                   rows * static_cast<size_t>(CapacityOf(data.sizes)) * sizeof(int16_t));
}

// A step of one row: returns how many samples wait afterwards; *valid becomes false when there is
// no frame yet.
int32_t FrameStep(const FrameSizes& sizes, const int16_t* samples, int16_t* waiting, int32_t filled,
                  int16_t* frame, bool* valid) {
  __builtin_memcpy(waiting + filled, samples, sizeof(int16_t) * static_cast<size_t>(sizes.step));
  filled += sizes.step;
  const size_t bytes = sizeof(int16_t) * static_cast<size_t>(sizes.size);
  if (filled < sizes.size) {
    *valid = false;
    __builtin_memset(frame, 0, bytes);
    return filled;
  }
  __builtin_memcpy(frame, waiting, bytes);
  filled -= sizes.step;
  __builtin_memmove(waiting, waiting + sizes.step, sizeof(int16_t) * static_cast<size_t>(filled));
  return filled;
}

Status InvokeFramer(OpContext& context) {
  FramerData& data = context.data<FramerData>();
  const Shape shape = context.output(0).shape();
  const int32_t frames = shape[shape.rank - 2], rows = shape.Product(0, shape.rank - 2);
  const auto* samples = context.input_data<int16_t>(0);
  auto* frame = context.output_data<int16_t>(0);
  bool valid = true;
  int32_t filled = data.filled;
  for (int32_t row = 0; row < rows; ++row) {
    filled = data.filled;
    for (int32_t i = 0; i < frames; ++i, samples += data.sizes.step, frame += data.sizes.size) {
      filled = FrameStep(data.sizes, samples, data.waiting + row * CapacityOf(data.sizes), filled,
                         frame, &valid);
    }
  }
  data.filled = filled;
  *context.output_data<bool>(1) = valid;
  return Status::kOk;
}

// ---- SignalOverlapAdd ----

struct OverlapData {
  FrameSizes sizes;
  void* sums;  // [rows][size], of the tensors' type
};

int32_t RowsOfFrames(const OpContext& context) {
  const Shape shape = context.input(0).shape();
  return shape.Product(0, shape.rank - 2);
}

size_t SumsBytes(const OpContext& context, const FrameSizes& sizes) {
  const size_t element = context.input(0).type() == TensorType::kInt16 ? 2 : 4;
  return static_cast<size_t>(RowsOfFrames(context)) * static_cast<size_t>(sizes.size) * element;
}

Status PrepareOverlap(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context,
            (input.type() == TensorType::kInt16 || input.type() == TensorType::kFloat32) &&
                output.type() == input.type(),
            Status::kUnsupportedType, "frames and stream are to be both int16 or both float32");
  OverlapData* data;
  MR_TRY(context.NewData(&data));
  MR_TRY(ReadSizes(context, input.shape(), &data->sizes));
  MR_TRY(CheckShapes(context, output.shape(), input.shape(), data->sizes));
  return context.Allocate(SumsBytes(context, data->sizes), sizeof(float), &data->sums);
}

void ResetOverlap(OpContext& context) {
  const OverlapData& data = context.data<OverlapData>();
  __builtin_memset(data.sums, 0, SumsBytes(context, data.sizes));
}

int16_t Add(int16_t a, int16_t b) { return static_cast<int16_t>(Clamp(a + b, -32768, 32767)); }
float Add(float a, float b) { return a + b; }

template <typename T>
void OverlapAdd(const OpContext& context, const FrameSizes& sizes, T* sums) {
  const Shape shape = context.input(0).shape();
  const int32_t frames = shape[shape.rank - 2], rows = RowsOfFrames(context);
  const T* frame = context.input_data<T>(0);
  T* output = context.output_data<T>();
  const auto step = static_cast<size_t>(sizes.step), rest = static_cast<size_t>(sizes.size) - step;
  for (int32_t row = 0; row < rows; ++row, sums += sizes.size) {
    for (int32_t i = 0; i < frames; ++i, frame += sizes.size, output += step) {
      for (int32_t k = 0; k < sizes.size; ++k) sums[k] = Add(sums[k], frame[k]);
      __builtin_memcpy(output, sums, sizeof(T) * step);
      __builtin_memmove(sums, sums + step, sizeof(T) * rest);
      __builtin_memset(sums + rest, 0, sizeof(T) * step);
    }
  }
}

Status InvokeOverlap(OpContext& context) {
  const OverlapData& data = context.data<OverlapData>();
  if (context.input(0).type() == TensorType::kInt16) {
    OverlapAdd(context, data.sizes, static_cast<int16_t*>(data.sums));
  } else {
    OverlapAdd(context, data.sizes, static_cast<float*>(data.sums));
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kSignalFramerOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalFramer",
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 2,
    .max_outputs = 2,
    .prepare = PrepareFramer,
    .invoke = InvokeFramer,
    .reset = ResetFramer,
};

const OpRegistration kSignalOverlapAddOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalOverlapAdd",
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = PrepareOverlap,
    .invoke = InvokeOverlap,
    .reset = ResetOverlap,
};

}  // namespace millrace::micro
