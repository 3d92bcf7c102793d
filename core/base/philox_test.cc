#include "core/base/philox.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

using Block = Philox::Block;

// The known answers published with Random123 1.x (kat_vectors, "philox4x32 10").
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(Philox::Compute({0, 0, 0, 0}, {0, 0}),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const uint32_t f = 0xffffffff;
  EXPECT_EQ(Philox::Compute({f, f, f, f}, {f, f}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(
      Philox::Compute({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, SkipIsManyCalls) {
  Philox a(7, 9), b(7, 9);
  for (int i = 0; i < 5; ++i) a();
  b.Skip(5);
  EXPECT_EQ(a(), b());
}

TEST(Philox, SkipCarries) {
  const uint32_t f = 0xffffffff;
  Philox p({f, f, f, 3}, {1, 2});
  p.Skip(1);
  EXPECT_EQ(p.counter(), (Block{0, 0, 0, 4}));
  p = Philox({5, f, 0, 0}, {1, 2});
  p.Skip(uint64_t{1} << 32);
  EXPECT_EQ(p.counter(), (Block{5, 0, 1, 0}));
}

TEST(Philox, SeedsGoWhereTensorFlowPutsThem) {
  Philox p(0x1111111122222222, 0x3333333344444444);
  EXPECT_EQ(p.key(), (Philox::Key{0x22222222, 0x11111111}));
  EXPECT_EQ(p.counter(), (Block{0, 0, 0x44444444, 0x33333333}));
}

}  // namespace
}  // namespace millrace
