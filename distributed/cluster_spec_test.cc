#include "distributed/cluster_spec.h"

#include <gtest/gtest.h>

#include "protos/cluster.pb.h"

namespace millrace {
namespace {

TEST(ClusterSpec, KnowsItsTasks) {
  auto spec = ClusterSpec::Create({{"worker", {{0, "a:1"}, {2, "b:1"}}}, {"ps", {{0, "[::1]:7"}}}});
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->num_tasks("worker"), 2);
  EXPECT_EQ(spec->num_tasks("chief"), 0);
  EXPECT_EQ(*spec->Address("worker", 2), "b:1");
  EXPECT_EQ(spec->TaskNames(),
            (std::vector<std::string>{"/job:ps/replica:0/task:0", "/job:worker/replica:0/task:0",
                                      "/job:worker/replica:0/task:2"}));
  EXPECT_EQ(spec->DebugString(), "{ps: [::1]:7; worker: a:1, 2=b:1}");
  const auto missing = spec->Address("worker", 1);
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_NE(missing.status().message().find("/job:worker/replica:0/task:1"), std::string::npos);
}

TEST(ClusterSpec, IsTheSameThroughItsProto) {
  auto spec = ClusterSpec::Create({{"worker", {{0, "a:1"}, {5, "b:1"}}}, {"ps", {{0, "c:1"}}}});
  ASSERT_TRUE(spec.ok());
  ClusterDef def;
  spec->ToProto(&def);
  auto back = ClusterSpec::FromProto(def);
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(*back == *spec);
  def.add_job()->set_name("ps");
  EXPECT_EQ(ClusterSpec::FromProto(def).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ClusterSpec, RefusesWhatIsWrong) {
  const std::map<std::string, ClusterSpec::Tasks> wrong[] = {
      {{"", {{0, "a:1"}}}},
      {{"1st", {{0, "a:1"}}}},
      {{"a/b", {{0, "a:1"}}}},
      {{"ps", {}}},
      {{"ps", {{-1, "a:1"}}}},
      {{"ps", {{0, "a"}}}},
      {{"ps", {{0, ":1"}}}},
      {{"ps", {{0, "a:"}}}},
      {{"ps", {{0, "a:65536"}}}},
      {{"ps", {{0, "a:+1"}}}},
      {{"ps", {{0, "a:99999999999999999999"}}}},
      {{"ps", {{0, "::1:22"}}}},
      {{"ps", {{0, "http://a:1"}}}},
      {{"ps", {{0, "a:1"}}}, {"worker", {{0, "a:1"}}}},
  };
  for (const auto& jobs : wrong) {
    const auto spec = ClusterSpec::Create(jobs);
    EXPECT_EQ(spec.status().code(), absl::StatusCode::kInvalidArgument)
        << jobs.begin()->first << " " << spec.status();
  }
}

TEST(TaskOfDevice, CutsTheDevice) {
  EXPECT_EQ(TaskOfDevice("/job:ps/replica:0/task:3/device:CPU:0"), TaskName("ps", 3));
  EXPECT_EQ(TaskOfDevice(TaskName("ps", 3)), TaskName("ps", 3));
}

}  // namespace
}  // namespace millrace
