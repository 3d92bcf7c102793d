#include "core/base/failpoint.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "absl/time/clock.h"

namespace millrace {
namespace {

class FailpointTest : public testing::Test {
 protected:
  void SetUp() override {
#ifndef MILLRACE_FAILPOINTS_ENABLED
    GTEST_SKIP() << "failpoints are compiled away";
#endif
  }
  void TearDown() override { ClearAllFailpoints(); }
};

TEST_F(FailpointTest, DoesNothingUntilArmed) {
  EXPECT_TRUE(MILLRACE_FAILPOINT("a").ok());
  SetFailpoint("a", FailpointAction::Return(absl::UnavailableError("gone")));
  EXPECT_EQ(MILLRACE_FAILPOINT("a"), absl::UnavailableError("gone"));
  EXPECT_TRUE(MILLRACE_FAILPOINT("b").ok());
  EXPECT_EQ(FailpointPasses("a"), 1);
  ClearFailpoint("a");
  EXPECT_TRUE(MILLRACE_FAILPOINT("a").ok());
  EXPECT_EQ(FailpointPasses("a"), 0);
}

TEST_F(FailpointTest, WaitsForItsPass) {
  SetFailpoint("a", FailpointAction::Return(absl::AbortedError("x")).From(3));
  EXPECT_TRUE(MILLRACE_FAILPOINT("a").ok());
  EXPECT_TRUE(MILLRACE_FAILPOINT("a").ok());
  EXPECT_FALSE(MILLRACE_FAILPOINT("a").ok());
  EXPECT_FALSE(MILLRACE_FAILPOINT("a").ok());
}

TEST_F(FailpointTest, Sleeps) {
  SetFailpoint("a", FailpointAction::Sleep(absl::Milliseconds(10)));
  const absl::Time start = absl::Now();
  EXPECT_TRUE(MILLRACE_FAILPOINT("a").ok());
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(9));
}

TEST_F(FailpointTest, Kills) {
  EXPECT_EXIT(
      {
        SetFailpoint("a", FailpointAction::Kill());
        MILLRACE_FAILPOINT("a").IgnoreError();
      },
      testing::KilledBySignal(SIGKILL), "");
}

TEST_F(FailpointTest, SpecOfTheEnvironment) {
  ASSERT_TRUE(
      SetFailpointsFromSpec("save:a=return:DATA_LOSS:bad: disk@2; b=sleep:0.001 ;c=kill@9;").ok());
  EXPECT_TRUE(MILLRACE_FAILPOINT("save:a").ok());
  EXPECT_EQ(MILLRACE_FAILPOINT("save:a"), absl::DataLossError("bad: disk"));
  EXPECT_TRUE(MILLRACE_FAILPOINT("c").ok());
  for (absl::string_view bad : {"a", "a=die", "a=sleep:long", "a=return:OOPS:x", "a=kill@x"}) {
    absl::Status status = SetFailpointsFromSpec(bad);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << bad;
  }
}

}  // namespace
}  // namespace millrace
