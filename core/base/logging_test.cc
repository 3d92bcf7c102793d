#include "core/base/logging.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

namespace millrace {
namespace {

TEST(Logging, ALineSaysAllAndOthersAreNotMade) {
  SetLogLevel(LogSeverity::kWarning);
  SetLogTaskName("worker:1");
  int evaluated = 0;
  testing::internal::CaptureStderr();
  MR_LOG(INFO) << "not seen" << ++evaluated;
  if (evaluated == 0)
    MR_LOG(WARNING) << "a " << 1 << ' ' << 2.5 << " " << true << " " << absl::AbortedError("m");
  else
    MR_LOG(ERROR) << "else";
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(std::regex_match(
      text, std::regex("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{6} W worker:1 "
                       "logging_test.cc:\\d+\\] a 1 2.5 true ABORTED: m\n")))
      << text;
  EXPECT_EQ(evaluated, 0);
}

TEST(Logging, LevelsAreOrdered) {
  SetLogLevel(LogSeverity::kNone);
  testing::internal::CaptureStderr();
  MR_LOG(ERROR) << "x";
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  SetLogLevel(LogSeverity::kInfo);
  SetLogTaskName("");
  testing::internal::CaptureStderr();
  MR_LOG(INFO) << "x";
  EXPECT_NE(testing::internal::GetCapturedStderr().find(" I logging_test.cc:"), std::string::npos);
}

TEST(Logging, RateIsLimited) {
  SetLogLevel(LogSeverity::kInfo);
  testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) MR_LOG_EVERY_N_SEC(INFO, 3600) << "often";
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) MR_LOG_EVERY_N_SEC(INFO, 0) << "always";
  const std::string all = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 3);
}

}  // namespace
}  // namespace millrace
