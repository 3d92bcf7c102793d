// Bytes by chance, the same ones in each run; the long hunt is fuzz.py.
#include "micro/tests/run_signal_bytes.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace millrace::micro {
namespace {

TEST(RunSignalBytes, ZerosRun) {
  const std::vector<uint8_t> zeros(10);
  EXPECT_EQ(RunSignalBytes(zeros.data(), zeros.size()), Status::kOk);
  EXPECT_EQ(RunSignalBytes(nullptr, 0), Status::kOk);
}

TEST(RunSignalBytes, AnyBytesRunOrAreRefused) {
  std::mt19937 random(5);
  std::map<Status, int> ends;
  for (int round = 0; round < 4000; ++round) {
    std::vector<uint8_t> bytes(random() % 600);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    ++ends[RunSignalBytes(bytes.data(), bytes.size())];
  }
  EXPECT_GT(ends[Status::kOk], 400);
  EXPECT_GT(ends[Status::kInvalidShape], 100);
  EXPECT_GT(ends[Status::kUnsupportedType], 100);
  EXPECT_GT(ends[Status::kUnsupported], 100);
}

}  // namespace
}  // namespace millrace::micro
