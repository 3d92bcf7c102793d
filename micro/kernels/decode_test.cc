#include "micro/kernels/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Header and tables.
std::vector<uint8_t> Ancillary(int axis, int bits, int size, const std::vector<uint8_t>& values) {
  std::vector<uint8_t> bytes(16);
  bytes[1] = bytes[4] = 1;
  bytes[5] = static_cast<uint8_t>(axis * 16 + bits);
  bytes[6] = static_cast<uint8_t>(size);
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

OpTest Example(const std::vector<uint8_t>& encoded, const std::vector<uint8_t>& ancillary,
               const TestTensor& output) {
  OpTest op(kTFLM_DECODEOp);
  op.Add(Constant<uint8_t>({static_cast<int32_t>(encoded.size())}, encoded));
  op.Add(Constant<uint8_t>({static_cast<int32_t>(ancillary.size())}, ancillary));
  op.AddOutput(output);
  return op;
}

// Indices 2, 0, 1, 3, 2 of two bits: 10 00 01 11 10.
const std::vector<uint8_t> kEncoded = {0b10000111, 0b10000000};

TEST(Decode, OneTable) {
  OpTest op = Example(kEncoded, Ancillary(15, 2, 4, {10, 20, 30, 255}), Input<int8_t>({5}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(30, 10, 20, -1, 30));
}

TEST(Decode, WiderValues) {
  const std::vector<uint8_t> values = BytesOfValues<float>({0.5f, -1, 2, 3});
  OpTest op = Example(kEncoded, Ancillary(15, 2, 4, values), Input<float>({5}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(2, 0.5f, -1, 3, 2));
}

// Indices of three bits, 4 1 0 3 2 1: 100 001 000 011 010 001.
TEST(Decode, TablesAlongTheFirstAndTheLastAxis) {
  const std::vector<uint8_t> encoded = {0b10000100, 0b00110100, 0b01000000};
  const std::vector<uint8_t> values = {0, 1, 2, 3, 4, 10, 11, 12, 13, 14};
  OpTest first = Example(encoded, Ancillary(0, 3, 5, values), Input<int8_t>({2, 3}));
  ASSERT_EQ(first.Run(), Status::kOk) << first.Reason();
  EXPECT_THAT(first.Output<int8_t>(), ElementsAre(4, 1, 0, 13, 12, 11));
  OpTest last = Example(encoded, Ancillary(1, 3, 5, values), Input<int8_t>({3, 2}));
  ASSERT_EQ(last.Run(), Status::kOk) << last.Reason();
  EXPECT_THAT(last.Output<int8_t>(), ElementsAre(4, 11, 0, 13, 2, 11));
}

TEST(Decode, OlderFilesNameNoAxis) {
  OpTest one = Example(kEncoded, Ancillary(0, 2, 4, {10, 20, 30, 40}), Input<int8_t>({5}));
  ASSERT_EQ(one.Run(), Status::kOk) << one.Reason();
  EXPECT_THAT(one.Output<int8_t>(), ElementsAre(30, 10, 20, 40, 30));
  OpTest last = Example({0b00011011}, Ancillary(0, 2, 4, {0, 1, 2, 3, 10, 11, 12, 13}),
                        Input<int8_t>({2, 2}, {}, QuantBy(1, {0.5f, 0.25f})));
  ASSERT_EQ(last.Run(), Status::kOk) << last.Reason();
  EXPECT_THAT(last.Output<int8_t>(), ElementsAre(0, 11, 2, 13));
}

std::vector<uint8_t> Pruned(const std::vector<uint8_t>& values) {
  std::vector<uint8_t> bytes = Ancillary(0, 0, 0, values);
  bytes[0] = 2;
  return bytes;
}

TEST(Decode, PrunedElementsAreZero) {
  OpTest op =
      Example({0b01000100, 0b10000000}, Pruned({7, 8, 9}), Input<int8_t>({9}, {}, Quant(0.5f, -3)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(-3, 7, -3, -3, -3, 8, -3, -3, 9));
  OpTest floats = Example({0b01100000}, Pruned(BytesOfValues<float>({1, 2})), Input<float>({3}));
  ASSERT_EQ(floats.Run(), Status::kOk) << floats.Reason();
  EXPECT_THAT(floats.Output<float>(), ElementsAre(0, 1, 2));
}

TEST(Decode, RefusesMasksAndValuesThatAreTooShort) {
  EXPECT_EQ(Example({0xFF}, Pruned({1, 2, 3, 4, 5, 6, 7, 8}), Input<int8_t>({9})).Run(),
            Status::kInvalidModel);
  EXPECT_EQ(Example({0xFF}, Pruned({1, 2, 3, 4, 5, 6, 7}), Input<int8_t>({8})).Run(),
            Status::kInvalidModel);
}

template <typename Entry>
std::vector<uint8_t> HuffmanTables(int first_bits, const std::vector<Entry>& entries) {
  std::vector<uint8_t> bytes = Ancillary(first_bits - 1, 0, 0, BytesOfValues(entries));
  bytes[0] = 1;
  if (sizeof(Entry) == 4) bytes[5] |= 1;
  return bytes;
}

// 1: 0, 2: 10, -4: 110, 3: 111. A table of one bit, and one of two behind its entry 1.
const std::vector<uint16_t> kEntries = {0x8801, 0x0801, 0x8802, 0x8802, 0x90FC, 0x9003};
const std::vector<uint8_t> kCodes = {0x27, 0x58, 0x80, 0};  // 0 0 10 0 111 0 10 110 0 0 10
const std::vector<int8_t> kSymbols = {1, 1, 2, 1, 3, 1, 2, -4, 1, 1, 2};

// tflite-micro decodes both examples to the same values.
TEST(Decode, HuffmanCodes) {
  OpTest op = Example(kCodes, HuffmanTables(1, kEntries), Input<int8_t>({11}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_EQ(op.Output<int8_t>(), kSymbols);
}

TEST(Decode, HuffmanCodesOfWords) {
  const std::vector<uint32_t> entries = {0x8800012C, 0x8800012C, 0x9000FFF9, 0x08000001,
                                         0x880003E8, 0x880003E8, 0x9000FC18, 0x90000002};
  const auto tables = HuffmanTables(2, entries);
  OpTest op = Example({0x26, 0xE4, 0xF0, 0}, tables, Input<int16_t>({10}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(300, 300, -7, 300, 1000, -1000, 300, -7, 300, 2));
  OpTest bytes = Example({0x26, 0xE4, 0xF0, 0}, tables, Input<int8_t>({3}));
  ASSERT_EQ(bytes.Run(), Status::kOk) << bytes.Reason();
  EXPECT_THAT(bytes.Output<int8_t>(), ElementsAre(300 - 256, 300 - 256, -7));
}

TEST(Decode, HuffmanCodesThatEndEarlyOrLeadAstrayFail) {
  EXPECT_EQ(Example({0x27}, HuffmanTables(1, kEntries), Input<int8_t>({11})).Run(),
            Status::kInvokeFailed);
  std::vector<uint16_t> entries = kEntries;
  entries[1] = 0x0803;
  EXPECT_EQ(Example(kCodes, HuffmanTables(1, entries), Input<int8_t>({11})).Run(),
            Status::kInvokeFailed);
  // Never a symbol: each entry leads to itself.
  EXPECT_EQ(Example({0, 0}, HuffmanTables<uint16_t>(1, {0, 0}), Input<int8_t>({1})).Run(),
            Status::kInvokeFailed);
}

TEST(Decode, RefusesHuffmanTablesThatDoNotFit) {
  EXPECT_EQ(Example(kCodes, HuffmanTables(3, kEntries), Input<int8_t>({11})).Run(),
            Status::kInvalidModel);
  EXPECT_EQ(Example(kCodes, HuffmanTables(1, kEntries), Input<int16_t>({11})).Run(),
            Status::kUnsupportedType);
  EXPECT_EQ(Example(kCodes, HuffmanTables<uint32_t>(1, {0, 0}), Input<float>({11})).Run(),
            Status::kUnsupportedType);
}

TEST(Decode, RefusesWhatDoesNotFit) {
  const std::vector<uint8_t> values = {1, 2, 3, 4};
  EXPECT_EQ(Example({0x80}, Ancillary(15, 2, 4, values), Input<int8_t>({5})).Run(),
            Status::kInvalidModel);  // too few indices
  EXPECT_EQ(Example(kEncoded, Ancillary(15, 2, 5, values), Input<int8_t>({5})).Run(),
            Status::kInvalidModel);  // too few values
  EXPECT_EQ(Example(kEncoded, Ancillary(3, 2, 2, values), Input<int8_t>({5})).Run(),
            Status::kInvalidShape);
  EXPECT_EQ(Example(kEncoded, {0, 1}, Input<int8_t>({5})).Run(), Status::kInvalidModel);
  std::vector<uint8_t> unknown = Ancillary(15, 2, 4, values);
  unknown[0] = 3;
  EXPECT_EQ(Example(kEncoded, unknown, Input<int8_t>({5})).Run(), Status::kUnsupported);

  OpTest outside = Example(kEncoded, Ancillary(15, 2, 3, values), Input<int8_t>({5}));
  EXPECT_EQ(outside.Run(), Status::kInvokeFailed);
  EXPECT_THAT(outside.Reason(), HasSubstr("outside"));
}

}  // namespace
}  // namespace millrace::micro::testing
