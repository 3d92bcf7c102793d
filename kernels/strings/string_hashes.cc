#include "kernels/strings/string_hashes.h"

#include <cstring>
#include <utility>

namespace millrace {
namespace {

uint64_t Word(const char* p) {
  uint64_t v;
  std::memcpy(&v, p, 8);
  return v;
}
uint64_t HalfWord(const char* p) {
  uint32_t v;
  std::memcpy(&v, p, 4);
  return v;
}
uint64_t Byte(const char* p) { return static_cast<unsigned char>(*p); }
uint64_t RotateRight(uint64_t v, int n) { return n == 0 ? v : (v >> n) | (v << (64 - n)); }
uint64_t RotateLeft(uint64_t v, int n) { return RotateRight(v, 64 - n); }
uint64_t Mix(uint64_t v) { return v ^ (v >> 47); }

// FarmHash's constants.
constexpr uint64_t kA = 0xc3a5c85c97cb3127u, kB = 0xb492b66fbe98f273u, kC = 0x9ae16a3b2f90404fu;

uint64_t Join(uint64_t u, uint64_t v, uint64_t by) {
  const uint64_t a = Mix((u ^ v) * by);
  return Mix((v ^ a) * by) * by;
}

uint64_t Farm0To16(const char* s, uint64_t n) {
  const uint64_t by = kC + 2 * n;
  if (n >= 8) {
    const uint64_t a = Word(s) + kC, b = Word(s + n - 8);
    return Join(RotateRight(b, 37) * by + a, (RotateRight(a, 25) + b) * by, by);
  }
  if (n >= 4) return Join(n + (HalfWord(s) << 3), HalfWord(s + n - 4), by);
  if (n == 0) return kC;
  const uint64_t y = Byte(s) + (Byte(s + n / 2) << 8), z = n + (Byte(s + n - 1) << 2);
  return Mix((y * kC) ^ (z * kA)) * kC;
}

uint64_t Farm17To32(const char* s, uint64_t n) {
  const uint64_t by = kC + 2 * n, a = Word(s) * kB, b = Word(s + 8), c = Word(s + n - 8) * by,
                 d = Word(s + n - 16) * kC;
  return Join(RotateRight(a + b, 43) + RotateRight(c, 30) + d, a + RotateRight(b + kC, 18) + c, by);
}

uint64_t Farm33To64(const char* s, uint64_t n) {
  const uint64_t by = kC + 2 * n, a = Word(s) * kC, b = Word(s + 8), c = Word(s + n - 8) * by,
                 d = Word(s + n - 16) * kC;
  const uint64_t y = RotateRight(a + b, 43) + RotateRight(c, 30) + d;
  const uint64_t z = Join(y, a + RotateRight(b + kC, 18) + c, by);
  const uint64_t e = Word(s + 16) * by, f = Word(s + 24);
  const uint64_t g = (y + Word(s + n - 32)) * by, h = (z + Word(s + n - 24)) * by;
  return Join(RotateRight(e + f, 43) + RotateRight(g, 30) + h, e + RotateRight(f + a, 18) + g, by);
}

// The state of FarmHash over more than 64 bytes.
struct FarmState {
  uint64_t x, y, z;
  std::pair<uint64_t, uint64_t> v = {0, 0}, w = {0, 0};

  static std::pair<uint64_t, uint64_t> Weak(const char* s, uint64_t a, uint64_t b) {
    a += Word(s);
    b = RotateRight(b + a + Word(s + 24), 21);
    const uint64_t c = a;
    a += Word(s + 8) + Word(s + 16);
    b += RotateRight(a, 44);
    return {a + Word(s + 24), b + c};
  }
  // One block of 64 bytes; `nine` is 1, and 9 for the last block.
  void Block(const char* s, uint64_t by, uint64_t nine) {
    x = RotateRight(x + y + v.first + Word(s + 8), 37) * by;
    y = RotateRight(y + v.second + Word(s + 48), 42) * by;
    x ^= w.second * nine;
    y += v.first * nine + Word(s + 40);
    z = RotateRight(z + w.first, 33) * by;
    v = Weak(s, v.second * by, x + w.first);
    w = Weak(s + 32, z + w.second, y + Word(s + 16));
    std::swap(z, x);
  }
};

}  // namespace

uint64_t FarmFingerprint(absl::string_view text) {
  const char* s = text.data();
  const uint64_t n = text.size();
  if (n <= 16) return Farm0To16(s, n);
  if (n <= 32) return Farm17To32(s, n);
  if (n <= 64) return Farm33To64(s, n);
  constexpr uint64_t kSeed = 81;
  FarmState state;
  state.x = kSeed;
  state.y = kSeed * kB + 113;
  state.z = Mix(state.y * kC + 113) * kC;
  state.x = state.x * kC + Word(s);
  const char *end = s + (n - 1) / 64 * 64, *last = end + ((n - 1) & 63) - 63;
  for (; s != end; s += 64) state.Block(s, kB, 1);
  const uint64_t by = kB + ((state.z & 0xff) << 1);
  state.w.first += (n - 1) & 63;
  state.v.first += state.w.first;
  state.w.first += state.v.first;
  state.Block(last, by, 9);
  return Join(Join(state.v.first, state.w.first, by) + Mix(state.y) * kA + state.z,
              Join(state.v.second, state.w.second, by) + state.x, by);
}

uint64_t MurmurHash(absl::string_view text) {
  constexpr uint64_t kSeed = 0xdecafcaffe, kBy = 0xc6a4a7935bd1e995;
  const char* s = text.data();
  size_t n = text.size();
  uint64_t h = kSeed ^ (n * kBy);
  for (; n >= 8; n -= 8, s += 8) h = (h ^ (Mix(Word(s) * kBy) * kBy)) * kBy;
  if (n > 0) {
    uint64_t rest = 0;
    for (size_t i = 0; i < n; ++i) rest |= Byte(s + i) << (8 * i);
    h = (h ^ rest) * kBy;
  }
  return Mix(Mix(h) * kBy);
}

uint64_t SipHash(uint64_t key0, uint64_t key1, absl::string_view text) {
  uint64_t v0 = key0 ^ 0x736f6d6570736575, v1 = key1 ^ 0x646f72616e646f6d,
           v2 = key0 ^ 0x6c7967656e657261, v3 = key1 ^ 0x7465646279746573;
  const auto rounds = [&](int n) {
    for (int i = 0; i < n; ++i) {
      v0 += v1;
      v1 = RotateLeft(v1, 13) ^ v0;
      v0 = RotateLeft(v0, 32);
      v2 += v3;
      v3 = RotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = RotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = RotateLeft(v1, 17) ^ v2;
      v2 = RotateLeft(v2, 32);
    }
  };
  const auto absorb = [&](uint64_t word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  };
  const char* s = text.data();
  size_t n = text.size();
  for (; n >= 8; n -= 8, s += 8) absorb(Word(s));
  uint64_t last = static_cast<uint64_t>(text.size()) << 56;
  for (size_t i = 0; i < n; ++i) last |= Byte(s + i) << (8 * i);
  absorb(last);
  v2 ^= 0xff;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}

}  // namespace millrace
