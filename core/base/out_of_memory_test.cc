#include "core/base/out_of_memory.h"

#include <vector>

#include "gtest/gtest.h"

namespace millrace {
namespace {

TEST(OutOfMemoryTest, BecomesAStatus) {
  const auto grow = [](size_t n) {
    return [n] {
      std::vector<char> v(n);
      return v.empty() ? absl::OkStatus() : absl::InternalError("has elements");
    };
  };
  EXPECT_TRUE(OrOutOfMemory(grow(0)).ok());
  EXPECT_EQ(OrOutOfMemory(grow(1)).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(OrOutOfMemory(grow(~size_t{0})).code(), absl::StatusCode::kResourceExhausted);
#ifndef MILLRACE_SANITIZE  // whose operator new ends the process instead
  EXPECT_EQ(OrOutOfMemory(grow(~size_t{0} / 4)).code(), absl::StatusCode::kResourceExhausted);
#endif
}

}  // namespace
}  // namespace millrace
