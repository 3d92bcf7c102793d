// Philox4x32-10: random numbers as a function of a key and a counter.
//
// Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3 (SC 2011). Any thread can
// compute any part of the sequence by skipping to it, so a seed gives the same numbers at every
// thread count.
#pragma once

#include <array>
#include <cstdint>

namespace millrace {

// A position in one sequence of 2^128 blocks of four 32-bit numbers. A value: copy it to a thread
// and Skip there.
class Philox {
 public:
  using Block = std::array<uint32_t, 4>;
  using Key = std::array<uint32_t, 2>;

  explicit Philox(uint64_t key = 0) : key_(Split(key)) {}

  // TensorFlow's way to seed: `seed` is the key, `seed2` the upper half of the counter.
  Philox(uint64_t seed, uint64_t seed2) : key_(Split(seed)) {
    const Key upper = Split(seed2);
    counter_ = {0, 0, upper[0], upper[1]};
  }

  // From the words themselves, lowest first.
  Philox(const Block& counter, const Key& key) : counter_(counter), key_(key) {}

  const Block& counter() const { return counter_; }
  const Key& key() const { return key_; }

  // The four numbers here; moves on by one block.
  Block operator()() {
    const Block result = Compute(counter_, key_);
    Skip(1);
    return result;
  }

  // Moves on by `blocks` blocks of four numbers.
  void Skip(uint64_t blocks) {
    uint64_t low = Join(counter_[0], counter_[1]);
    uint64_t high = Join(counter_[2], counter_[3]);
    low += blocks;
    high += low < blocks;
    const Key low_words = Split(low), high_words = Split(high);
    counter_ = {low_words[0], low_words[1], high_words[0], high_words[1]};
  }

  // The pure function behind: ten rounds.
  static Block Compute(Block counter, Key key) {
    for (int round = 0; round < 10; ++round) {
      const uint64_t a = uint64_t{0xd2511f53u} * counter[0];
      const uint64_t b = uint64_t{0xcd9e8d57u} * counter[2];
      counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
                 static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
      key[0] += 0x9e3779b9u;
      key[1] += 0xbb67ae85u;
    }
    return counter;
  }

 private:
  static uint64_t Join(uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; }
  static Key Split(uint64_t v) {
    return {static_cast<uint32_t>(v), static_cast<uint32_t>(v >> 32)};
  }

  Block counter_ = {};
  Key key_;
};

}  // namespace millrace
