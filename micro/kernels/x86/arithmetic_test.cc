// The loops of this folder against the arithmetic of one element.
#include "micro/kernels/loops/arithmetic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

namespace millrace::micro {
namespace {

AddQuantized Addition(float a, float b, float output, int32_t sign) {
  const float twice = 2.0f * (a > b ? a : b);
  AddQuantized p = {};
  p.left_shift = 20;
  p.sign = sign;
  p.factors.range = {-100, 127};
  EXPECT_TRUE(RequantOf(a, 1.0f, twice, &p.factors.a));
  EXPECT_TRUE(RequantOf(b, 1.0f, twice, &p.factors.b));
  EXPECT_TRUE(RequantOf(twice, 1.0f, output * (1 << 20), &p.factors.output));
  return p;
}

// Of all pairs of values.
void ExpectSameAsOneByOne(const AddQuantized& p) {
  std::vector<int8_t> a, b;
  for (int32_t i = -128; i < 128; ++i) {
    for (int32_t j = -128; j < 128; ++j) {
      a.push_back(static_cast<int8_t>(i));
      b.push_back(static_cast<int8_t>(j));
    }
  }
  const auto count = static_cast<int32_t>(a.size());
  std::vector<int8_t> sums(a.size());
  AddInt8Row(&p, PairRow{a.data(), b.data(), sums.data(), 1, 1, count});
  for (size_t i = 0; i < a.size(); ++i) ASSERT_EQ(sums[i], AddElements(p, a[i], b[i])) << i;
}

TEST(Arithmetic, AddsInt8AsOneByOne) {
  for (const auto& [a, b, output] : {std::array{0.04f, 0.0413f, 0.058f},
                                     {0.1f, 0.0003f, 0.02f},
                                     {0.02f, 0.02f, 0.02f},
                                     {1e-12f, 0.5f, 0.1f},
                                     {3.0f, 0.01f, 7.0f},
                                     {0.04f, 0.0413f, 0.0414f},  // factors of nearly 1
                                     {0.3f, 0.2f, 0.05f},        // of more
                                     {0.3f, 0.2f, 0.02f}}) {     // of more than are usual
    for (const int32_t sign : {1, -1}) {
      AddQuantized p = Addition(a, b, output, sign);
      ExpectSameAsOneByOne(p);
      p.a_zero_point = -128, p.b_zero_point = 127, p.output_zero_point = -7;
      ExpectSameAsOneByOne(p);
    }
  }
}

TEST(Arithmetic, AddsInt8OfAnyScalesAndZeroPointsAsOneByOne) {
  std::mt19937 random(1);
  const auto scale = [&] {
    return std::exp2(std::uniform_real_distribution<float>(-4.0f, 1.0f)(random));
  };
  const auto byte = [&] { return std::uniform_int_distribution<int32_t>(-128, 127)(random); };
  for (int i = 0; i < 100; ++i) {
    AddQuantized p = Addition(scale(), scale(), scale(), i % 2 == 0 ? 1 : -1);
    p.a_zero_point = byte(), p.b_zero_point = byte(), p.output_zero_point = byte();
    const int32_t bound = byte();
    p.factors.range = {std::min(bound, 0), std::max(bound, 0)};
    ExpectSameAsOneByOne(p);
  }
}

TEST(Arithmetic, TakesWhatADamagedModelSays) {
  AddQuantized p = Addition(0.04f, 0.0413f, 0.058f, 1);
  p.a_zero_point = 1 << 20;
  ExpectSameAsOneByOne(p);
  p = Addition(0.04f, 0.0413f, 1e-9f, 1);
  ExpectSameAsOneByOne(p);
}

TEST(Arithmetic, AddsRowsOfAnyLengthAndARepeatedOperand) {
  const AddQuantized p = Addition(0.04f, 0.0413f, 0.058f, 1);
  for (int32_t count = 1; count < 100; ++count) {
    std::vector<int8_t> a(static_cast<size_t>(count)), out(a.size());
    for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<int8_t>(i * 37);
    const int8_t b = -55;
    AddInt8Row(&p, PairRow{a.data(), &b, out.data(), 1, 0, count});
    for (size_t i = 0; i < a.size(); ++i) ASSERT_EQ(out[i], AddElements(p, a[i], b));
    AddInt8Row(&p, PairRow{&b, a.data(), a.data(), 0, 1, count});
    for (size_t i = 0; i < a.size(); ++i) {
      ASSERT_EQ(a[i], AddElements(p, b, static_cast<int8_t>(i * 37)));
    }
  }
}

void ExpectSameProducts(const MulQuantized& p) {
  std::vector<int8_t> a, b;
  for (int32_t i = 0; i < 256 * 256; ++i) {
    a.push_back(static_cast<int8_t>(i >> 8));
    b.push_back(static_cast<int8_t>(i));
  }
  std::vector<int8_t> products(a.size());
  MulInt8Row(&p, PairRow{a.data(), b.data(), products.data(), 1, 1, 256 * 256});
  for (size_t i = 0; i < a.size(); ++i) ASSERT_EQ(products[i], MulElements(p, a[i], b[i])) << i;
}

TEST(Arithmetic, MultipliesInt8AsOneByOne) {
  for (const float factor : {0.0039f, 0.0078125f, 0.02f, 0.25f, 0.49f, 0.5f, 1.0f, 3.0f, 1e-7f}) {
    for (const int32_t zero : {0, -128, 127, -5}) {
      MulQuantized p = {{{}, {-128, 127}}, zero, -1 - zero, zero / 2};
      ASSERT_TRUE(RequantOf(factor, 1.0f, 1.0f, &p.factors.output));
      ExpectSameProducts(p);
      p.factors.range = {-100, 90};
      ExpectSameProducts(p);
    }
  }
  // A damaged model's.
  ExpectSameProducts({{{1 << 30, -9}, {-128, 127}}, 1 << 20, 3, 0});
}

TEST(Arithmetic, MultipliesRowsOfAnyLengthAndARepeatedOperand) {
  const MulQuantized p = {{{1234567890, -6}, {-128, 127}}, 4, -7, 11};
  for (int32_t count = 1; count < 100; ++count) {
    std::vector<int8_t> a(static_cast<size_t>(count)), out(a.size());
    for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<int8_t>(i * 37);
    const int8_t b = -55;
    MulInt8Row(&p, PairRow{a.data(), &b, out.data(), 1, 0, count});
    for (size_t i = 0; i < a.size(); ++i) ASSERT_EQ(out[i], MulElements(p, a[i], b));
    MulInt8Row(&p, PairRow{&b, a.data(), a.data(), 0, 1, count});
    for (size_t i = 0; i < a.size(); ++i) {
      ASSERT_EQ(a[i], MulElements(p, b, static_cast<int8_t>(i * 37)));
    }
  }
}

TEST(Arithmetic, AddsInt16AsOneByOne) {
  std::mt19937 random(2);
  for (const int32_t count : {1, 7, 8, 30, 1001}) {
    for (const int32_t sign : {1, -1}) {
      std::vector<int16_t> a(static_cast<size_t>(count)), b(a.size()), sums(a.size());
      for (int16_t& x : a) x = static_cast<int16_t>(random());
      for (int16_t& x : b) x = static_cast<int16_t>(random());
      a[0] = b[0] = INT16_MIN;
      for (const float output : {0.004f, 0.01f, 0.5f}) {
        AddQuantized p = {};
        p.left_shift = 15;
        p.sign = sign;
        p.a_zero_point = count == 30 ? 100 : 0;
        p.factors.range = {-32768, 32000};
        ASSERT_TRUE(RequantOf(0.003f, 1.0f, 0.01f, &p.factors.a));
        ASSERT_TRUE(RequantOf(0.005f, 1.0f, 0.01f, &p.factors.b));
        ASSERT_TRUE(RequantOf(0.01f, 1.0f, output * (1 << 15), &p.factors.output));
        for (const int32_t b_stride : {1, 0}) {
          AddInt16Row(&p, PairRow{a.data(), b.data(), sums.data(), 1, b_stride, count});
          for (size_t i = 0; i < sums.size(); ++i) {
            ASSERT_EQ(sums[i], AddElements(p, a[i], b[b_stride == 0 ? 0 : i])) << i;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace millrace::micro
