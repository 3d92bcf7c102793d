#include "core/graph/device_name.h"

#include "gtest/gtest.h"

namespace millrace {
namespace {

std::string Canonical(absl::string_view name) {
  const absl::StatusOr<DeviceName> parsed = DeviceName::Parse(name);
  return parsed.ok() ? parsed->ToString() : std::string(parsed.status().message());
}

DeviceName Of(absl::string_view name) { return DeviceName::Parse(name).value(); }

TEST(DeviceNameTest, EveryFormThatTensorFlowTakes) {
  const char* const full = "/job:worker/replica:0/task:1/device:CPU:0";
  EXPECT_EQ(Canonical(full), full);
  EXPECT_TRUE(Of(full).is_full());
  EXPECT_EQ(Canonical(""), "");
  EXPECT_EQ(Canonical("/"), "");
  EXPECT_EQ(Canonical("/cpu:0"), "/device:CPU:0");
  EXPECT_EQ(Canonical("/CPU:0"), "/device:CPU:0");
  EXPECT_EQ(Canonical("/gpu:3"), "/device:GPU:3");
  EXPECT_EQ(Canonical("/gpu:*"), "/device:GPU:*");
  EXPECT_EQ(Canonical("/cpu"), "/device:CPU:*");
  EXPECT_EQ(Canonical("CPU:0"), "/device:CPU:0");
  EXPECT_EQ(Canonical("/device:GPU:*"), "/device:GPU:*");
  EXPECT_EQ(Canonical("/device:gpu:1"), "/device:GPU:1");
  EXPECT_EQ(Canonical("/device:GPU"), "/device:GPU:*");
  EXPECT_EQ(Canonical("/device:XLA_CPU:0"), "/device:XLA_CPU:0");
  EXPECT_EQ(Canonical("/device:*:2"), "/device:*:2");
  EXPECT_EQ(Canonical("/job:ps/task:3"), "/job:ps/task:3");
  EXPECT_EQ(Canonical("/task:3/job:ps"), "/job:ps/task:3");
  EXPECT_EQ(Canonical("/job:*/replica:*/task:*/cpu:*"), "/device:CPU:*");
  EXPECT_EQ(Canonical("/job:ps/device:CPU:0"), "/job:ps/device:CPU:0");
  EXPECT_EQ(Canonical("/job:foo_bar9/task:12"), "/job:foo_bar9/task:12");
  EXPECT_EQ(Canonical("/job:a/job:b"), "/job:b");
  // As Python's DeviceSpec.
  EXPECT_EQ(Canonical("//"), "");
  EXPECT_EQ(Canonical("/job:a/"), "/job:a");
  EXPECT_EQ(Canonical("/job:a//task:0"), "/job:a/task:0");
  EXPECT_EQ(Canonical("/Cpu:0"), "/device:CPU:0");
  EXPECT_EQ(Canonical("cpu"), "/device:CPU:*");
  EXPECT_EQ(Canonical("GPU:*"), "/device:GPU:*");
  EXPECT_EQ(Canonical("device:CPU:0"), "/device:CPU:0");
  EXPECT_EQ(Canonical("job:ps/task:1"), "/job:ps/task:1");
  EXPECT_EQ(Canonical("TEST:2"), "/device:TEST:2");
}

TEST(DeviceNameTest, RefusesTheRest) {
  for (const char* const bad : {"tpu",
                                "/tpu:0",
                                "/job:",
                                "/job:9lives",
                                "/job:a b",
                                "/task:x",
                                "/task:-1",
                                "/task:",
                                "/replica:99999999999",
                                "/device:",
                                "/device::0",
                                "/device:CPU:x",
                                "/device:CPU:",
                                "/cpux",
                                "/job:worker/task:0:1",
                                "/device:CPU:0x",
                                "*:0",
                                " /cpu:0",
                                "/cpu:0 ",
                                "CPU:0x",
                                ":0",
                                "/job:local-host",
                                "/device:_x:0"}) {
    const absl::Status status = DeviceName::Parse(bad).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_NE(status.message().find(bad), absl::string_view::npos) << bad;
  }
}

TEST(DeviceNameTest, MatchesWhatHasEveryPart) {
  const DeviceName full = Of("/job:worker/replica:0/task:1/device:CPU:0");
  EXPECT_TRUE(DeviceName().Matches(full));
  EXPECT_TRUE(Of("/job:worker/cpu:0").Matches(full));
  EXPECT_TRUE(full.Matches(full));
  EXPECT_FALSE(Of("/job:ps").Matches(full));
  EXPECT_FALSE(Of("/cpu:1").Matches(full));
  EXPECT_FALSE(full.Matches(Of("/job:worker")));
}

TEST(DeviceNameTest, MergeFillsWhatIsNotSet) {
  DeviceName name = Of("/job:ps/task:0");
  EXPECT_TRUE(name.Merge(Of("/task:0/device:CPU:1")).ok());
  EXPECT_EQ(name.ToString(), "/job:ps/task:0/device:CPU:1");
}

TEST(DeviceNameTest, MergeRefusesConflictsAndChangesNothing) {
  DeviceName name = Of("/task:0/cpu:0");
  for (const char* const other : {"/job:ps/task:1", "/job:ps/gpu:0", "/job:ps/cpu:1"}) {
    EXPECT_EQ(name.Merge(Of(other)).code(), absl::StatusCode::kInvalidArgument) << other;
    EXPECT_EQ(name.ToString(), "/task:0/device:CPU:0");
  }
}

TEST(DeviceNameTest, MergeMayOverride) {
  DeviceName name = Of("/job:a/task:0/cpu:7");
  EXPECT_TRUE(name.Merge(Of("/task:1/gpu:*"), /*override_conflicts=*/true).ok());
  // The id was one of a CPU.
  EXPECT_EQ(name.ToString(), "/job:a/task:1/device:GPU:*");
}

TEST(DeviceNameTest, SameTask) {
  EXPECT_TRUE(Of("/job:a/task:0/cpu:0").SameTask(Of("/job:a/task:0/gpu:1")));
  EXPECT_FALSE(Of("/job:a/task:0/cpu:0").SameTask(Of("/job:a/task:1/cpu:0")));
}

}  // namespace
}  // namespace millrace
