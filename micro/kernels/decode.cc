#include "micro/kernels/decode.h"

#include "micro/core/look_up.h"
#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

constexpr int kHeaderBytes = 16;
constexpr int kWholeTensor = 15;  // as an axis
enum HeaderByte { kKind = 0, kVersion = 1, kKindVersion = 4, kAxisAndBits = 5, kTableSize = 6 };
constexpr int kEntrySize = kAxisAndBits;  // of Huffman codes, and how many bits are read first
enum Kind { kLookUp = 0, kHuffman = 1, kPruned = 2 };

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

LookUpTables TablesOf(const OpContext& context, int i) {
  const TensorView output = context.output(i), ancillary = context.input(2 * i + 1);
  const Shape shape = output.shape();
  const auto* header = ancillary.data<uint8_t>();
  LookUpTables t;
  t.indices = context.input_data<uint8_t>(2 * i);
  t.values = header + kHeaderBytes;
  t.bits = header[kAxisAndBits] & 7;
  t.table_size = header[kTableSize];
  const int axis = AxisOf(output, ancillary);
  const bool by_channel = axis != kWholeTensor;
  t.channels = by_channel ? shape[axis] : 1;
  t.inner = by_channel ? shape.Product(axis + 1, shape.rank) : shape.elements();
  return t;
}

Status CheckTables(const OpContext& context, int i) {
  const TensorView encoded = context.input(2 * i), ancillary = context.input(2 * i + 1);
  const TensorView output = context.output(i);
  const int axis = AxisOf(output, ancillary);
  MR_ENSURE(context, axis == kWholeTensor || (axis >= 0 && axis < output.rank()),
            Status::kInvalidShape, "the tables' axis is not one of the output's");
  const LookUpTables t = TablesOf(context, i);
  const auto elements = static_cast<uint64_t>(output.elements());
  MR_ENSURE(context, t.bits > 0 && encoded.bytes() * 8 >= elements * static_cast<uint64_t>(t.bits),
            Status::kInvalidModel, "the encoded tensor is too short");
  const uint64_t values = static_cast<uint64_t>(t.channels) * static_cast<uint64_t>(t.table_size);
  const auto value_bytes = static_cast<uint64_t>(BitsOf(output.type()) / 8);
  MR_ENSURE(context, ancillary.bytes() - kHeaderBytes >= values * value_bytes,
            Status::kInvalidModel, "the tables are too short");
  return Status::kOk;
}

// Huffman codes, the highest bit first, by tables in a row. On top of an entry is a bit that says
// whether it is a symbol, below it a count of four bits.
struct Huffman {
  const uint8_t* codes;
  size_t bytes;
  const uint8_t* entries;
  uint32_t entry_count;
  int first_bits;

  // `count` <= 16 bits; behind the end 0.
  uint32_t Bits(size_t at, int count) const {
    uint32_t window = 0;
    for (size_t i = at >> 3; i < (at >> 3) + 3; ++i) {
      window = window << 8 | (i < bytes ? codes[i] : 0);
    }
    return (window >> (24 - static_cast<int>(at & 7) - count)) & ((1u << count) - 1);
  }
};

int EntryBytes(const uint8_t* header) { return (header[kEntrySize] & 1) != 0 ? 4 : 2; }

Huffman HuffmanOf(const OpContext& context, int i) {
  const TensorView encoded = context.input(2 * i), ancillary = context.input(2 * i + 1);
  const auto* header = ancillary.data<uint8_t>();
  const size_t table_bytes = ancillary.bytes() - kHeaderBytes;
  return {encoded.data<uint8_t>(), encoded.bytes(), header + kHeaderBytes,
          static_cast<uint32_t>(table_bytes) / static_cast<uint32_t>(EntryBytes(header)),
          (header[kEntrySize] >> 4) + 1};
}

Status CheckHuffman(const OpContext& context, int i) {
  const TensorType type = context.output(i).type();
  const bool wide = EntryBytes(context.input(2 * i + 1).data<uint8_t>()) == 4;
  MR_ENSURE(context, type == TensorType::kInt8 || (wide && type == TensorType::kInt16),
            Status::kUnsupportedType, "Huffman codes are not of int8 or, in 32 bits, int16");
  const Huffman h = HuffmanOf(context, i);
  MR_ENSURE(context, h.entry_count >= 1u << h.first_bits, Status::kInvalidModel,
            "the tables are too short");
  return Status::kOk;
}

// Whether element i was kept when the others were pruned.
bool IsKept(const uint8_t* mask, int32_t i) { return (mask[i >> 3] >> (7 - (i & 7)) & 1) != 0; }

Status CheckPruned(const OpContext& context, int i) {
  const TensorView mask = context.input(2 * i), ancillary = context.input(2 * i + 1);
  const TensorView output = context.output(i);
  const int32_t elements = output.elements();
  MR_ENSURE(context, mask.bytes() * 8 >= static_cast<size_t>(elements), Status::kInvalidModel,
            "the encoded tensor is too short");
  MR_ENSURE(context, output.scale_count() <= 1 || output.is_symmetric(), Status::kUnsupported,
            "what was pruned has a zero point of its own for each channel");
  size_t kept = 0;
  for (int32_t e = 0; e < elements; ++e) kept += IsKept(mask.data<uint8_t>(), e) ? 1 : 0;
  const auto value_bytes = static_cast<size_t>(BitsOf(output.type()) / 8);
  MR_ENSURE(context, ancillary.bytes() - kHeaderBytes >= kept * value_bytes, Status::kInvalidModel,
            "there are fewer values than were kept");
  return Status::kOk;
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
  MR_ENSURE(context, header[kKind] <= kPruned && header[kVersion] == 1 && header[kKindVersion] == 1,
            Status::kUnsupported, "the encoding is none of tables, codes or pruning, version 1");
  MR_ENSURE(context, BitsOf(output.type()) >= 8, Status::kUnsupportedType,
            "the output's elements are not whole bytes");
  return header[kKind] == kLookUp    ? CheckTables(context, i)
         : header[kKind] == kHuffman ? CheckHuffman(context, i)
                                     : CheckPruned(context, i);
}

Status Prepare(OpContext& context) {
  MR_ENSURE(context, context.num_inputs() == 2 * context.num_outputs(), Status::kInvalidModel,
            "there are not two inputs for each output");
  for (int i = 0; i < context.num_outputs(); ++i) MR_TRY(PrepareOutput(context, i));
  return Status::kOk;
}

// A symbol's count says how many of the bits read last are its own; any more are read again.
// Another entry's, and 1, is how many to read next: they say which one follows, counted from the
// entry itself and as many further ones as its lowest bits say. False when one is not in the
// tables, or the codes end early.
template <typename Entry, typename Symbol>
bool DecodeHuffman(const Huffman& h, int32_t elements, Symbol* output) {
  constexpr int kCountShift = 8 * sizeof(Entry) - 5;
  constexpr uint32_t kRest = (1u << kCountShift) - 1;
  const size_t end = 8 * h.bytes;
  size_t at = 0;
  for (int32_t i = 0; i < elements; ++i) {
    uint32_t index = 0, skip = 0;
    int bits = h.first_bits;
    Entry entry;
    for (bool is_symbol = false; !is_symbol;) {
      index += skip + h.Bits(at, bits);
      if (index >= h.entry_count || at > end) return false;
      __builtin_memcpy(&entry, h.entries + index * sizeof(Entry), sizeof(Entry));
      is_symbol = entry >> (kCountShift + 4) != 0;
      const int count = static_cast<int>(entry >> kCountShift) & 15;
      at += static_cast<size_t>(is_symbol && count < bits ? count : bits);
      bits = count + 1;
      skip = entry & kRest;
    }
    if (at > end) return false;
    output[i] = static_cast<Symbol>(entry);
  }
  return true;
}

bool DecodeHuffman(const OpContext& context, int i) {
  const TensorView output = context.output(i);
  const Huffman h = HuffmanOf(context, i);
  if (output.type() == TensorType::kInt16) {
    return DecodeHuffman<uint32_t>(h, output.elements(), output.data<int16_t>());
  }
  return EntryBytes(context.input_data<uint8_t>(2 * i + 1)) == 4
             ? DecodeHuffman<uint32_t>(h, output.elements(), output.data<int8_t>())
             : DecodeHuffman<uint16_t>(h, output.elements(), output.data<int8_t>());
}

// What was pruned is 0.
template <int kBytes>
void Spread(const uint8_t* mask, const uint8_t* values, int32_t elements, uint8_t* output) {
  for (int32_t i = 0; i < elements; ++i, output += kBytes) {
    if (!IsKept(mask, i)) continue;
    __builtin_memcpy(output, values, kBytes);
    values += kBytes;
  }
}

void Spread(const OpContext& context, int i) {
  const TensorView output = context.output(i);
  const auto* mask = context.input_data<uint8_t>(2 * i);
  const uint8_t* values = context.input_data<uint8_t>(2 * i + 1) + kHeaderBytes;
  FillWithZero(output);
  const int32_t elements = output.elements();
  switch (BitsOf(output.type())) {
    case 8:
      return Spread<1>(mask, values, elements, output.data<uint8_t>());
    case 16:
      return Spread<2>(mask, values, elements, output.data<uint8_t>());
    case 32:
      return Spread<4>(mask, values, elements, output.data<uint8_t>());
    case 64:
      return Spread<8>(mask, values, elements, output.data<uint8_t>());
    default:
      return Spread<16>(mask, values, elements, output.data<uint8_t>());
  }
}

Status Invoke(OpContext& context) {
  for (int i = 0; i < context.num_outputs(); ++i) {
    const TensorView output = context.output(i);
    switch (context.input_data<uint8_t>(2 * i + 1)[kKind]) {
      case kHuffman:
        MR_ENSURE(context, DecodeHuffman(context, i), Status::kInvokeFailed,
                  "the codes end early or lead out of their tables");
        break;
      case kLookUp:
        MR_ENSURE(context,
                  LookUp(TablesOf(context, i), BitsOf(output.type()) / 8, output.elements(),
                         output.raw()),
                  Status::kInvokeFailed, "an index lies outside of its table");
        break;
      default:
        Spread(context, i);
    }
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
