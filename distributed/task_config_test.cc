#include "distributed/task_config.h"

#include <gtest/gtest.h>

#include <map>

namespace millrace {
namespace {

using Vars = std::map<std::string, std::string>;

std::optional<std::string> Get(const Vars& vars, const char* name) {
  const auto it = vars.find(name);
  return it == vars.end() ? std::nullopt : std::optional<std::string>(it->second);
}

TEST(TfConfig, ListsAndMapsOfAddresses) {
  auto config = ParseTfConfig(R"({"cluster": {"ps": ["h:1"], "worker": {"0": "h:2", "3": "h:3"}},
                                  "task": {"type": "worker", "index": 3}, "environment": "cloud"})");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->job, "worker");
  EXPECT_EQ(config->task, 3);
  EXPECT_FALSE(config->is_chief());
  EXPECT_EQ(*config->cluster.Address("worker", 3), "h:3");
  EXPECT_EQ(*config->cluster.Address("ps", 0), "h:1");
}

TEST(TfConfig, TheChiefIsTheChiefElseWorker0) {
  auto with = ParseTfConfig(R"({"cluster": {"chief": ["h:1"], "worker": ["h:2"]},
                                "task": {"type": "worker", "index": "0"}})");
  ASSERT_TRUE(with.ok()) << with.status();
  EXPECT_FALSE(with->is_chief());
  auto without =
      ParseTfConfig(R"({"cluster": {"worker": ["h:2"]}, "task": {"type": "worker", "index": 0}})");
  ASSERT_TRUE(without.ok());
  EXPECT_TRUE(without->is_chief());
}

TEST(TfConfig, RefusesWhatIsWrong) {
  const char* wrong[] = {
      "",
      "{",
      "[]",
      "{}",
      R"({"cluster": {}, "task": {"type": "ps", "index": 0}})",
      R"({"cluster": {"ps": "h:1"}, "task": {"type": "ps", "index": 0}})",
      R"({"cluster": {"ps": [1]}, "task": {"type": "ps", "index": 0}})",
      R"({"cluster": {"ps": {"x": "h:1"}}, "task": {"type": "ps", "index": 0}})",
      R"({"cluster": {"ps": ["h"]}, "task": {"type": "ps", "index": 0}})",
      R"({"cluster": {"ps": ["h:1"]}})",
      R"({"cluster": {"ps": ["h:1"]}, "task": {"index": 0}})",
      R"({"cluster": {"ps": ["h:1"]}, "task": {"type": "ps", "index": 1}})",
      R"({"cluster": {"ps": ["h:1"]}, "task": {"type": "ps", "index": -1}})",
      R"({"cluster": {"ps": ["h:1"]}, "task": {"type": "ps", "index": 99999999999999999999}})",
      R"({"cluster": {"ps": ["h:1"]}, "task": {"type": "worker", "index": 0}})",
  };
  for (const char* json : wrong) {
    const auto config = ParseTfConfig(json);
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_NE(config.status().message().find("TF_CONFIG"), std::string::npos) << config.status();
  }
}

TEST(Slurm, ExpandsNodeLists) {
  EXPECT_EQ(*ExpandNodeList("n1"), (std::vector<std::string>{"n1"}));
  EXPECT_EQ(
      *ExpandNodeList("n[1-3,07],m,gpu[098-100]x"),
      (std::vector<std::string>{"n1", "n2", "n3", "n07", "m", "gpu098x", "gpu099x", "gpu100x"}));
  for (const char* wrong : {"", "n[1-", "n[3-1]", "n[a]", "n[1-2]r[1-2]", "n[0-99999999]"}) {
    EXPECT_FALSE(ExpandNodeList(wrong).ok()) << wrong;
  }
}

TEST(Slurm, GivesTasksToProcessesInOrder) {
  const Vars vars = {{"SLURM_PROCID", "3"},
                     {"SLURM_NTASKS", "5"},
                     {"SLURM_STEP_NODELIST", "n[1-2],m"},
                     {"SLURM_STEP_TASKS_PER_NODE", "2(x2),1"}};
  SlurmOptions options;
  options.jobs = {{"ps", 1}, {"worker", 4}};
  auto config = TaskConfigFromSlurm(options, [&](const char* n) { return Get(vars, n); });
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->job, "worker");
  EXPECT_EQ(config->task, 2);
  EXPECT_EQ(config->cluster.DebugString(),
            "{ps: n1:8888; worker: n1:8889, n2:8888, n2:8889, m:8888}");

  options.jobs = {{"ps", 1}, {"worker", 5}};
  EXPECT_EQ(
      TaskConfigFromSlurm(options, [&](const char* n) { return Get(vars, n); }).status().code(),
      absl::StatusCode::kInvalidArgument);
}

TEST(Environment, TfConfigThenSlurmThenNothing) {
  Vars vars;
  const auto get = [&](const char* n) { return Get(vars, n); };
  auto none = TaskConfigFromEnvironment(get);
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->has_value());

  vars = {{"SLURM_PROCID", "1"},
          {"SLURM_NTASKS", "2"},
          {"SLURM_JOB_NODELIST", "n"},
          {"SLURM_TASKS_PER_NODE", "2"},
          {"MILLRACE_SLURM_JOBS", "ps:1,worker:1"},
          {"MILLRACE_SLURM_PORT", "3000"}};
  auto slurm = TaskConfigFromEnvironment(get);
  ASSERT_TRUE(slurm.ok()) << slurm.status();
  ASSERT_TRUE(slurm->has_value());
  EXPECT_EQ((*slurm)->cluster.DebugString(), "{ps: n:3000; worker: n:3001}");
  EXPECT_TRUE((*slurm)->is_chief());

  vars["TF_CONFIG"] = R"({"cluster": {"ps": ["h:1"]}, "task": {"type": "ps", "index": 0}})";
  auto tf_config = TaskConfigFromEnvironment(get);
  ASSERT_TRUE(tf_config.ok());
  EXPECT_EQ((*tf_config)->job, "ps");
}

}  // namespace
}  // namespace millrace
