#include "micro/kernels/common/custom_options.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace millrace::micro {
namespace {

// A vector as it lies in a model: its length, then its bytes.
class Bytes {
 public:
  explicit Bytes(const std::vector<uint8_t>& bytes) : words_(bytes.size() / 4 + 2) {
    words_[0] = static_cast<uint32_t>(bytes.size());
    if (!bytes.empty()) std::memcpy(&words_[1], bytes.data(), bytes.size());
  }
  CustomOptions options() const {
    return CustomOptions(fb::Vector<uint8_t>(reinterpret_cast<const uint8_t*>(words_.data())));
  }

 private:
  std::vector<uint32_t> words_;
};

// {"b": true, "f": 0.5, "i": -300, "u": 7} and {"x": 0.1}, as Python's flatbuffers package has
// them.
const std::vector<uint8_t> kMap = {98,  0, 102, 0, 105, 0,   117, 0, 4, 9,  8,   7,   6,
                                   0,   0, 0,   7, 0,   0,   0,   1, 0, 0,  0,   4,   0,
                                   0,   0, 1,   0, 0,   0,   0,   0, 0, 63, 212, 254, 255,
                                   255, 7, 0,   0, 0,   106, 14,  6, 6, 20, 38,  1};
const std::vector<uint8_t> kDouble = {
    120, 0, 1, 3, 0, 0, 0, 0, 5, 0, 0,   0,   0,   0,   0,   0,   1,   0,  0,  0, 0,  0,
    0,   0, 1, 0, 0, 0, 0, 0, 0, 0, 154, 153, 153, 153, 153, 153, 185, 63, 15, 9, 39, 1};

TEST(CustomOptions, ReadsScalars) {
  const Bytes bytes(kMap);
  const CustomOptions options = bytes.options();
  EXPECT_EQ(options.Int("i", 1), -300);
  EXPECT_EQ(options.Int("u", 1), 7);
  EXPECT_TRUE(options.Bool("b", false));
  EXPECT_EQ(options.Float("f", 9), 0.5f);
  EXPECT_EQ(options.Float("u", 9), 7.0f);
  EXPECT_EQ(options.Int("f", 9), 9);
  EXPECT_EQ(options.Int("missing", 9), 9);
  EXPECT_EQ(options.Float("missing", 9.5f), 9.5f);
  EXPECT_EQ(Bytes(kDouble).options().Float("x", 9), 0.1f);
}

TEST(CustomOptions, WhatIsNoMapHasNothing) {
  EXPECT_EQ(CustomOptions(fb::Vector<uint8_t>()).Int("i", 9), 9);
  EXPECT_EQ(Bytes({}).options().Int("i", 9), 9);
  EXPECT_EQ(Bytes({5, 4, 1}).options().Int("i", 9), 9);  // an integer
}

// Every prefix, and every byte changed: nothing is read outside (the sanitizers look).
TEST(CustomOptions, DamagedBytesAreHarmless) {
  const auto read_all = [](const std::vector<uint8_t>& bytes) {
    const Bytes copy(bytes);
    const CustomOptions options = copy.options();
    for (const char* name : {"b", "f", "i", "u", "none"}) {
      options.Int(name, 0);
      options.Float(name, 0);
    }
  };
  for (size_t size = 0; size < kMap.size(); ++size) {
    read_all(std::vector<uint8_t>(kMap.begin(), kMap.begin() + static_cast<ptrdiff_t>(size)));
    for (int value = 0; value < 256; ++value) {
      std::vector<uint8_t> bytes = kMap;
      bytes[size] = static_cast<uint8_t>(value);
      read_all(bytes);
    }
  }
}

}  // namespace
}  // namespace millrace::micro
