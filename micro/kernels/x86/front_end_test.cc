// The audio front end's loops of this folder against micro/signal/.
#include "micro/kernels/loops/front_end.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "micro/signal/fft.h"
#include "micro/signal/spectrum.h"

namespace millrace::micro {
namespace {

std::vector<int16_t> Words(size_t count, int32_t low, int32_t high, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int32_t> word(low, high);
  std::vector<int16_t> values(count);
  for (int16_t& value : values) value = static_cast<int16_t>(word(random));
  return values;
}

// Signals of all kinds of loudness, and the ends of the type.
std::vector<std::vector<int16_t>> Signals(size_t count) {
  std::vector<std::vector<int16_t>> signals = {
      std::vector<int16_t>(count), std::vector<int16_t>(count, INT16_MIN),
      std::vector<int16_t>(count, INT16_MAX), Words(count, -1, 1, 1), Words(count, -300, 200, 2)};
  for (uint32_t seed = 3; seed < 8; ++seed) {
    signals.push_back(Words(count, INT16_MIN, INT16_MAX, seed));
  }
  std::vector<int16_t> ends = Words(count, 0, 1, 9);
  for (int16_t& value : ends) value = value == 0 ? INT16_MIN : INT16_MAX;
  signals.push_back(ends);
  return signals;
}

void ExpectSameTransform(const std::vector<int16_t>& signal, int32_t length) {
  std::vector<int16_t> table(static_cast<size_t>(signal::TwiddleCount(length)));
  signal::FillTwiddles(length, table.data());
  std::vector<int16_t> expected(static_cast<size_t>(length) + 2), spectrum(expected.size());
  const auto size = static_cast<int32_t>(signal.size());
  signal::RealFft(signal.data(), size, length, table.data(), expected.data());
  RealFftLoop(signal.data(), size, length, table.data(), spectrum.data());
  ASSERT_EQ(spectrum, expected) << size << " of " << length;
}

TEST(FrontEnd, TransformsOfAllLengths) {
  for (int32_t length = 4; length <= 8192; length *= 2) {
    for (const auto& signal : Signals(static_cast<size_t>(length))) {
      ExpectSameTransform(signal, length);
    }
    for (const int32_t size : {0, 1, length / 2 + 1, length - length / 16, length - 1}) {
      ExpectSameTransform(Words(static_cast<size_t>(size), INT16_MIN, INT16_MAX, 1), length);
    }
  }
}

TEST(FrontEnd, WindowsOfAnyLength) {
  for (size_t count = 0; count < 70; ++count) {
    const std::vector<int16_t> weights = Words(count, INT16_MIN, INT16_MAX, 11);
    for (std::vector<int16_t> signal : Signals(count)) {
      for (const int shift : {0, 1, 12, 15, 31}) {
        const auto n = static_cast<int32_t>(count);
        std::vector<int16_t> expected(count), output(count);
        signal::ApplyWindow(signal.data(), weights.data(), n, shift, expected.data());
        WindowLoop(signal.data(), weights.data(), n, shift, output.data());
        ASSERT_EQ(output, expected) << count << " " << shift;
      }
      std::vector<int16_t> expected(count);
      signal::ApplyWindow(signal.data(), weights.data(), static_cast<int32_t>(count), 12,
                          expected.data());
      WindowLoop(signal.data(), weights.data(), static_cast<int32_t>(count), 12, signal.data());
      ASSERT_EQ(signal, expected) << "in place, " << count;
    }
  }
}

void ExpectSameScaling(const std::vector<int16_t>& signal) {
  const auto n = static_cast<int32_t>(signal.size());
  std::vector<int16_t> expected(signal.size()), output(signal.size());
  const int32_t shift = signal::AutoScale(signal.data(), n, expected.data());
  ASSERT_EQ(AutoScaleLoop(signal.data(), n, output.data()), shift) << n;
  ASSERT_EQ(output, expected) << n;
}

TEST(FrontEnd, ScalesByThePowerOfTwoOfTheLargest) {
  for (size_t count = 1; count < 70; ++count) {
    for (const auto& signal : Signals(count)) ExpectSameScaling(signal);
    for (int bit = 0; bit < 16; ++bit) {
      for (const int32_t value : {1 << bit, -(1 << bit), (1 << bit) - 1, 1 - (1 << bit)}) {
        std::vector<int16_t> signal(count);
        signal[count * 5 / 7] = static_cast<int16_t>(value);
        ExpectSameScaling(signal);
      }
    }
  }
}

TEST(FrontEnd, EnergiesOfAnyPart) {
  const int32_t n = 40;
  for (const auto& spectrum : Signals(2 * n)) {
    for (int32_t begin = 0; begin <= n; ++begin) {
      for (int32_t end = begin; end <= n; ++end) {
        std::vector<uint32_t> expected(n, 7), energies(n, 7);
        signal::Energies(spectrum.data(), begin, end, expected.data());
        EnergiesLoop(spectrum.data(), begin, end, energies.data());
        ASSERT_EQ(energies, expected) << begin << " .. " << end;
      }
    }
  }
}

TEST(FrontEnd, RootsNextToWhereTheyAreRounded) {
  std::vector<uint64_t> sums = {0, 1, 2, 3, UINT32_MAX, uint64_t{UINT32_MAX} + 1, UINT64_MAX};
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t root = random() >> (32 + i % 32);
    // A square, and where the root is between two numbers.
    for (const uint64_t around : {root * root, root * root + root}) {
      for (uint64_t offset = 0; offset < 5; ++offset) sums.push_back(around + offset - 2);
    }
    sums.push_back(random() >> (i % 64));
    sums.push_back(~uint64_t{0} - (random() >> (i % 64)));
  }
  const auto n = static_cast<int32_t>(sums.size());
  for (const int shift : {0, 3, 31}) {
    std::vector<uint64_t> memory = sums;
    auto* roots = reinterpret_cast<uint32_t*>(memory.data());
    SquareRootsLoop(memory.data(), n, shift, roots);
    for (size_t i = 0; i < sums.size(); ++i) {
      ASSERT_EQ(roots[i], signal::SquareRoot(sums[i]) >> shift) << sums[i];
    }
  }
}

TEST(FrontEnd, BandsOfAnyWidth) {
  std::mt19937 random(1);
  std::vector<uint32_t> energies(200);
  for (uint32_t& energy : energies) energy = random();
  const std::vector<int16_t> up = Words(300, INT16_MIN, INT16_MAX, 1);
  const std::vector<int16_t> down = Words(300, INT16_MIN, INT16_MAX, 2);
  for (int round = 0; round < 100; ++round) {
    const size_t bands = 1 + round % 41;
    const std::vector<int16_t> widths = Words(bands, 0, round, 3), starts = Words(bands, 0, 99, 4);
    const std::vector<int16_t> weight_starts = Words(bands, 0, 199, 5);
    const signal::FilterBank bank = {static_cast<int32_t>(bands) - 1,
                                     up.data(),
                                     down.data(),
                                     starts.data(),
                                     weight_starts.data(),
                                     widths.data()};
    std::vector<uint64_t> expected(bands), sums(bands);
    signal::SumBands(bank, energies.data(), expected.data());
    SumBandsLoop(bank, energies.data(), sums.data());
    ASSERT_EQ(sums, expected) << round;
  }
}

}  // namespace
}  // namespace millrace::micro
