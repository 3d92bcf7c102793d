#include "core/base/status.h"

#include <gtest/gtest.h>

#include <memory>

#include "absl/strings/cord.h"

namespace millrace {
namespace {

TEST(Annotate, KeepsCodeAndPayloads) {
  absl::Status status = absl::NotFoundError("no such tensor");
  status.SetPayload("url", absl::Cord("payload"));
  absl::Status annotated = Annotate(status, "node 'a'");
  EXPECT_EQ(annotated.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(annotated.message(), "node 'a': no such tensor");
  EXPECT_EQ(annotated.GetPayload("url"), absl::Cord("payload"));
  EXPECT_TRUE(Annotate(absl::OkStatus(), "x").ok());
}

TEST(StatusCodeName, IsAbseilsAndHasAnInverse) {
  for (int i = 0; i <= 16; ++i) {
    auto code = static_cast<absl::StatusCode>(i);
    EXPECT_EQ(StatusCodeName(code), absl::StatusCodeToString(code));
    EXPECT_EQ(StatusCodeFromName(StatusCodeName(code)), code);
  }
  EXPECT_EQ(StatusCodeFromName("invalid_argument"), std::nullopt);
  EXPECT_EQ(StatusCodeFromName(""), std::nullopt);
}

absl::StatusOr<std::unique_ptr<int>> Make(int value) {
  if (value < 0) return absl::OutOfRangeError("negative");
  return std::make_unique<int>(value);
}

absl::StatusOr<int> Sum(int a, int b) {
  MR_ASSIGN_OR_RETURN(std::unique_ptr<int> x, Make(a));
  MR_ASSIGN_OR_RETURN(auto y, Make(b));
  return *x + *y;
}

absl::Status Check(int a) {
  MR_RETURN_IF_ERROR(Sum(a, 0).status());
  return absl::OkStatus();
}

TEST(Macros, PassErrorsOn) {
  EXPECT_EQ(*Sum(1, 2), 3);
  EXPECT_EQ(Sum(1, -2).status(), absl::OutOfRangeError("negative"));
  EXPECT_TRUE(Check(1).ok());
  EXPECT_EQ(Check(-1).message(), "negative");
}

}  // namespace
}  // namespace millrace
