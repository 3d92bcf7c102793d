#include "micro/kernels/rfft2d.h"

#include "micro/kernels/common/indices.h"
#include "micro/signal/complex_fft.h"
#include "micro/signal/fft.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kLengths };

using Complex = signal::Complex<float>;

struct Data {
  float* row_twiddles;
  Complex* column_twiddles;
  Complex* column;
};

Status CheckLengths(const OpContext& context) {
  const TensorView lengths = context.input(kLengths);
  const Shape out = context.output().shape();
  MR_ENSURE(context,
            IndexAt(lengths, 0) == out[out.rank - 2] &&
                IndexAt(lengths, 1) == 2 * (int64_t{out.last()} - 1),
            Status::kInvalidShape, "the output has not the size that the lengths give");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView input = context.input(kInput), lengths = context.input(kLengths);
  const TensorView output = context.output();
  MR_ENSURE(context,
            input.type() == TensorType::kFloat32 && output.type() == TensorType::kComplex64 &&
                lengths.type() == TensorType::kInt32,
            Status::kUnsupportedType, "input is not float32, output complex64, lengths int32");
  const Shape in = input.shape(), out = output.shape();
  MR_ENSURE(context, in.rank >= 2 && out.rank == in.rank && lengths.elements() == 2,
            Status::kInvalidShape, "there are not two lengths, or no two dimensions");
  MR_ENSURE(context, in.Product(0, in.rank - 2) == out.Product(0, in.rank - 2),
            Status::kInvalidShape, "input and output have not as many images");
  const int32_t rows = out[out.rank - 2];
  MR_ENSURE(context,
            rows > 0 && (rows & (rows - 1)) == 0 && out.last() >= 3 &&
                out.last() <= signal::kMaxFftLength && signal::IsFftLength(2 * (out.last() - 1)),
            Status::kUnsupported, "a length is no power of two, or that of rows below 4");
  if (IsConstant(lengths)) MR_TRY(CheckLengths(context));
  Data* data;
  MR_TRY(context.NewData(&data));
  const int32_t length = 2 * (out.last() - 1);
  MR_TRY(context.RequestScratch(sizeof(float) * static_cast<size_t>(signal::TwiddleCount(length)),
                                &data->row_twiddles));
  if (rows == 1) return Status::kOk;
  const size_t bytes = sizeof(Complex) * static_cast<size_t>(rows);
  MR_TRY(context.RequestScratch(bytes / 2, &data->column_twiddles));
  return context.RequestScratch(bytes, &data->column);
}

void TransformColumns(const Data& data, int32_t rows, int32_t columns, Complex* image) {
  for (int32_t c = 0; c < columns; ++c) {
    Complex* const column = data.column;
    for (int32_t r = 0; r < rows; ++r) column[r] = image[ptrdiff_t{r} * columns + c];
    signal::ComplexFft(rows, data.column_twiddles, column);
    for (int32_t r = 0; r < rows; ++r) image[ptrdiff_t{r} * columns + c] = column[r];
  }
}

Status Invoke(OpContext& context) {
  MR_TRY(CheckLengths(context));
  const Data& data = context.data<Data>();
  const Shape in = context.input(kInput).shape(), out = context.output().shape();
  const int32_t images = out.Product(0, out.rank - 2);
  const int32_t rows = out[out.rank - 2], columns = out.last(), length = 2 * (columns - 1);
  const int32_t in_rows = in[in.rank - 2], in_columns = in.last();
  const int32_t size = in_columns < length ? in_columns : length;
  signal::FillTwiddles(length, data.row_twiddles);
  if (rows > 1) signal::FillComplexTwiddles(rows, data.column_twiddles);
  const float* input = context.input_data<float>(kInput);
  auto* image = context.output_data<Complex>();
  for (int32_t i = 0; i < images; ++i) {
    for (int32_t r = 0; r < rows; ++r) {
      const bool inside = r < in_rows;
      signal::RealFft(inside ? input + ptrdiff_t{r} * in_columns : input, inside ? size : 0, length,
                      data.row_twiddles, &image[ptrdiff_t{r} * columns].real);
    }
    if (rows > 1) TransformColumns(data, rows, columns, image);
    input += ptrdiff_t{in_rows} * in_columns;
    image += ptrdiff_t{rows} * columns;
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kRfft2DOp = {
    .code = BuiltinOp::kRfft2D,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
