#include "micro/kernels/decode.h"

#include "micro/kernels/common/indices.h"

namespace millrace::micro {
namespace {

constexpr int kHeaderBytes = 16;
constexpr int kWholeTensor = 15;  // as an axis
enum HeaderByte { kKind = 0, kVersion = 1, kTableVersion = 4, kAxisAndBits = 5, kTableSize = 6 };

// One output's encoding.
struct Tables {
  const uint8_t* encoded;
  const uint8_t* values;
  int bits;
  int32_t table_size;
  int32_t channels;
  int32_t inner;  // elements for which the channel stays the same
};

// The axis along which tables differ. Files that are older than the header's field have 0 there:
// the output's quantisation tells, or that there is but one table.
int AxisOf(const TensorView& output, const TensorView& ancillary) {
  const auto* header = ancillary.data<uint8_t>();
  const int axis = header[kAxisAndBits] >> 4;
  if (axis == kWholeTensor) return axis;
  if (output.scale_count() > 1) return output.quantized_dimension();
  const size_t table_bytes = BytesOf(output.type(), header[kTableSize]);
  return ancillary.bytes() - kHeaderBytes < 2 * table_bytes ? kWholeTensor : axis;
}

Tables TablesOf(const OpContext& context, int i) {
  const TensorView output = context.output(i), ancillary = context.input(2 * i + 1);
  const Shape shape = output.shape();
  const auto* header = ancillary.data<uint8_t>();
  Tables t;
  t.encoded = context.input_data<uint8_t>(2 * i);
  t.values = header + kHeaderBytes;
  t.bits = header[kAxisAndBits] & 7;
  t.table_size = header[kTableSize];
  const int axis = AxisOf(output, ancillary);
  const bool by_channel = axis != kWholeTensor;
  t.channels = by_channel ? shape[axis] : 1;
  t.inner = by_channel ? shape.Product(axis + 1, shape.rank) : shape.elements();
  return t;
}

Status PrepareOutput(const OpContext& context, int i) {
  MR_ENSURE(context, context.has_input(2 * i) && context.has_input(2 * i + 1),
            Status::kInvalidModel, "an encoded tensor or its ancillary data is missing");
  const TensorView encoded = context.input(2 * i), ancillary = context.input(2 * i + 1);
  MR_ENSURE(context, IsConstant(encoded) && IsConstant(ancillary), Status::kUnsupported,
            "the encoded tensor or its ancillary data is no constant");
  const TensorView output = context.output(i);
  const auto* header = ancillary.data<uint8_t>();
  MR_ENSURE(context, ancillary.bytes() >= kHeaderBytes, Status::kInvalidModel,
            "the ancillary data has no header");
  MR_ENSURE(context, header[kKind] == 0 && header[kVersion] == 1 && header[kTableVersion] == 1,
            Status::kUnsupported, "the encoding is not that of look-up tables, version 1");
  MR_ENSURE(context, BitsOf(output.type()) >= 8, Status::kUnsupportedType,
            "the output's elements are not whole bytes");
  const int axis = AxisOf(output, ancillary);
  MR_ENSURE(context, axis == kWholeTensor || (axis >= 0 && axis < output.rank()),
            Status::kInvalidShape, "the tables' axis is not one of the output's");
  const Tables t = TablesOf(context, i);
  const auto elements = static_cast<uint64_t>(output.elements());
  MR_ENSURE(context, t.bits > 0 && encoded.bytes() * 8 >= elements * static_cast<uint64_t>(t.bits),
            Status::kInvalidModel, "the encoded tensor is too short");
  const uint64_t values = static_cast<uint64_t>(t.channels) * static_cast<uint64_t>(t.table_size);
  const auto value_bytes = static_cast<uint64_t>(BitsOf(output.type()) / 8);
  MR_ENSURE(context, ancillary.bytes() - kHeaderBytes >= values * value_bytes,
            Status::kInvalidModel, "the tables are too short");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  MR_ENSURE(context, context.num_inputs() == 2 * context.num_outputs(), Status::kInvalidModel,
            "there are not two inputs for each output");
  for (int i = 0; i < context.num_outputs(); ++i) MR_TRY(PrepareOutput(context, i));
  return Status::kOk;
}

// False when an index is not in its table.
template <int kBytes>
bool Unpack(const Tables& t, int32_t elements, uint8_t* output) {
  const uint8_t* encoded = t.encoded;
  const uint32_t mask = (1u << t.bits) - 1;
  uint32_t waiting = 0;
  int waiting_bits = 0;
  int32_t channel = 0, left = t.inner;
  const uint8_t* table = t.values;
  for (int32_t i = 0; i < elements; ++i, --left, output += kBytes) {
    if (left == 0) {
      left = t.inner;
      table += t.table_size * kBytes;
      if (++channel == t.channels) {
        channel = 0;
        table = t.values;
      }
    }
    if (waiting_bits < t.bits) {
      waiting = (waiting << 8) | *encoded++;
      waiting_bits += 8;
    }
    waiting_bits -= t.bits;
    const auto index = static_cast<int32_t>((waiting >> waiting_bits) & mask);
    if (index >= t.table_size) return false;
    __builtin_memcpy(output, table + index * kBytes, kBytes);
  }
  return true;
}

Status Invoke(OpContext& context) {
  for (int i = 0; i < context.num_outputs(); ++i) {
    const TensorView output = context.output(i);
    const Tables t = TablesOf(context, i);
    auto* to = output.data<uint8_t>();
    const int32_t elements = output.elements();
    bool fits = false;
    switch (BitsOf(output.type())) {
      case 8:
        fits = Unpack<1>(t, elements, to);
        break;
      case 16:
        fits = Unpack<2>(t, elements, to);
        break;
      case 32:
        fits = Unpack<4>(t, elements, to);
        break;
      case 64:
        fits = Unpack<8>(t, elements, to);
        break;
      default:
        fits = Unpack<16>(t, elements, to);
    }
    MR_ENSURE(context, fits, Status::kInvokeFailed, "an index lies outside of its table");
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kTFLM_DECODEOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "TFLM_DECODE",
    .min_inputs = 2,
    .max_outputs = 255,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
