#include "micro/kernels/embedding_lookup.h"

#include "micro/kernels/common/indices.h"

namespace millrace::micro {
namespace {

enum Inputs { kRows, kTable };

bool IsDequantised(const TensorView& table, const TensorView& output) {
  return output.type() == TensorType::kFloat32 &&
         (table.type() == TensorType::kInt8 || table.type() == TensorType::kInt4);
}

Status Prepare(OpContext& context) {
  const TensorView rows = context.input(kRows), table = context.input(kTable);
  const TensorView output = context.output();
  MR_ENSURE(
      context,
      IsDequantised(table, output) || (table.type() == output.type() && BitsOf(table.type()) >= 8),
      Status::kUnsupportedType, "no kernel for the types of table and output");
  MR_ENSURE(context, rows.type() == TensorType::kInt32, Status::kUnsupportedType,
            "the row numbers are not int32");
  MR_ENSURE(context, rows.rank() == 1 && table.rank() >= 2 && table.dim(0) >= 1,
            Status::kInvalidShape, "the row numbers are not a vector, or the table has no rows");
  const int64_t width = table.elements() / table.dim(0);
  MR_ENSURE(context, rows.elements() * width == output.elements(), Status::kInvalidShape,
            "the output has not one row for each number");
  MR_ENSURE(context,
            !IsDequantised(table, output) || table.scale_count() == 1 ||
                (table.scale_count() == table.dim(0) && table.quantized_dimension() == 0),
            Status::kInvalidQuantization, "the table has not one scale, or one a row");
  return Status::kOk;
}

int32_t Int4At(const uint8_t* packed, int32_t i) {
  // The low half first; its sign is the half's highest bit.
  return static_cast<int8_t>(static_cast<uint8_t>(packed[i / 2] << (i % 2 == 0 ? 4 : 0))) >> 4;
}

void DequantiseRow(const TensorView& table, int32_t row, int32_t width, float* output) {
  const float scale = table.scales()[table.scale_count() == 1 ? 0 : row];
  const int32_t first = row * width;
  for (int32_t i = 0; i < width; ++i) {
    const int32_t value = table.type() == TensorType::kInt8
                              ? table.data<int8_t>()[first + i]
                              : Int4At(table.data<uint8_t>(), first + i);
    output[i] = scale * static_cast<float>(value);
  }
}

Status Invoke(OpContext& context) {
  const TensorView rows = context.input(kRows), table = context.input(kTable);
  const TensorView output = context.output();
  if (output.elements() == 0) return Status::kOk;
  const int32_t width = table.elements() / table.dim(0);
  const bool dequantised = IsDequantised(table, output);
  const size_t bytes = BytesOf(output.type(), static_cast<size_t>(width));
  for (int32_t i = 0; i < rows.elements(); ++i) {
    const int32_t row = rows.data<int32_t>()[i];
    MR_ENSURE(context, row >= 0 && row < table.dim(0), Status::kInvokeFailed,
              "a row number lies outside of the table");
    if (dequantised) {
      DequantiseRow(table, row, width, output.data<float>() + i * width);
    } else {
      __builtin_memcpy(output.data<uint8_t>() + static_cast<size_t>(i) * bytes,
                       table.data<uint8_t>() + static_cast<size_t>(row) * bytes, bytes);
    }
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kEmbeddingLookupOp = {
    .code = BuiltinOp::kEmbeddingLookup,
    .max_version = 5,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
