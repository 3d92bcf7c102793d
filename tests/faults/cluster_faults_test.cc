// One parameter server and two workers as processes: killed, frozen, restarted, starved. Each test
// prints how long the others took to notice.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <atomic>
#include <random>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "core/base/random_id.h"
#include "distributed/cluster_spec.h"
#include "distributed/grpc_session.h"
#include "distributed/testing/test_cluster.h"
#include "tests/faults/ledger_task.h"
#include "tests/faults/process.h"

namespace millrace {
namespace {

// What the tasks promise is 3 s; the rest is for machines that have no time for us.
constexpr absl::Duration kPromised = absl::Seconds(3), kPatience = absl::Seconds(60);
constexpr char kPsName[] = "/job:ps/replica:0/task:0";

class ClusterFaultsTest : public ::testing::Test {
 protected:
  void Begin(int cells) {
    cells_ = cells;
    ASSERT_TRUE(RegisterLedgerOps(registry_).ok());
    const std::vector<int> ports = FreePorts(1 + kLedgerWorkers);
    std::vector<std::string> workers;
    for (int i = 0; i < kLedgerWorkers; ++i) {
      workers.push_back(absl::StrCat("\"127.0.0.1:", ports[1 + i], "\""));
    }
    ps_address_ = absl::StrCat("127.0.0.1:", ports[0]);
    cluster_ = absl::StrCat(R"({"ps": [")", ps_address_, R"("], "worker": [)",
                            absl::StrJoin(workers, ", "), "]}");
    ps_ = StartPs();
  }

  std::unique_ptr<Process> StartTask(const std::string& job, int task) {
    return std::make_unique<Process>(std::map<std::string, std::string>{
        {"MILLRACE_LEDGER_TASK", "1"},
        {"MILLRACE_LEDGER_CELLS", absl::StrCat(cells_)},
        {"TF_CONFIG", absl::StrCat(R"({"cluster": )", cluster_, R"(, "task": {"type": ")", job,
                                   R"(", "index": )", task, "}}")}});
  }
  // With a fresh ledger.
  std::unique_ptr<Process> StartPs() {
    auto ps = StartTask("ps", 0);
    size_t next = 0;
    EXPECT_EQ(ps->WaitForLine("ready", &next, kPatience).text, "ready");
    const std::vector<std::string> init = {"init"};
    const auto session = NewSession();
    EXPECT_TRUE(session != nullptr && session->Run({}, {}, {}, init, nullptr).ok());
    return ps;
  }
  std::unique_ptr<Process> StartWorker(int task) { return StartTask("worker", task); }

  std::unique_ptr<Session> NewSession() {
    auto session = NewGrpcSession({}, LedgerGraph(&registry_, cells_),
                                  absl::StrCat("grpc://", ps_address_), kPatience);
    EXPECT_TRUE(session.ok()) << session.status();
    return session.ok() ? *std::move(session) : nullptr;
  }

  // Every update was applied, once.
  void ExpectFullLedger() {
    const std::vector<std::string> read = {"read:0"};
    const auto session = NewSession();
    ASSERT_NE(session, nullptr);
    const auto ledger = session->Run({}, {}, read, {}, nullptr);
    ASSERT_TRUE(ledger.ok()) << ledger.status();
    int lost = 0, doubled = 0;
    for (const int32_t cell : (*ledger)[0].flat<int32_t>()) {
      lost += cell < 1;
      doubled += cell > 1;
    }
    EXPECT_EQ(lost, 0);
    EXPECT_EQ(doubled, 0);
  }

  static void Report(const std::string& what, absl::Duration duration) {
    printf("%s: %.2f s (promised: %.0f s)\n", what.c_str(), absl::ToDoubleSeconds(duration),
           absl::ToDoubleSeconds(kPromised));
  }

  Registry registry_;
  int cells_ = 0;
  std::string cluster_, ps_address_;
  std::unique_ptr<Process> ps_;
};

TEST_F(ClusterFaultsTest, KilledWorkersLoseAndRepeatNothing) {
  Begin(400);
  const uint64_t seed = RandomId();
  printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  auto steady = StartWorker(0), victim = StartWorker(1);
  for (int kill = 0; kill < 6; ++kill) {
    size_t next = 0;
    if (victim->WaitForLine("ack", &next, kPatience).text.empty()) break;
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60000));
    victim->Signal(SIGKILL);
    victim->Wait();
    victim = StartWorker(1);
  }
  EXPECT_EQ(victim->Wait(), 0);
  EXPECT_EQ(steady->Wait(), 0);
  for (const auto& line : steady->Lines()) {
    EXPECT_FALSE(absl::StartsWith(line.text, "lost")) << line.text;
  }
  ExpectFullLedger();
}

TEST_F(ClusterFaultsTest, AKilledParameterServerIsNamedInTime) {
  Begin(100000);
  auto worker = StartWorker(0);
  size_t next = 0;
  for (int i = 0; i < 20; ++i) ASSERT_NE(worker->WaitForLine("ack", &next, kPatience).text, "");
  const absl::Time killed = ps_->Signal(SIGKILL);
  const Process::Line lost = worker->WaitForLine("lost", &next, kPatience);
  EXPECT_TRUE(absl::StartsWith(lost.text, "lost UNAVAILABLE")) << lost.text;
  EXPECT_TRUE(absl::StrContains(lost.text, kPsName)) << lost.text;
  Report("killed parameter server found", lost.when - killed);
  EXPECT_LT(lost.when - killed, kPromised + absl::Seconds(2));
  // Another incarnation with an empty ledger: the worker starts over, with a new session.
  ps_->Wait();
  ps_ = StartPs();
  EXPECT_EQ(worker->WaitForLine("ack 0", &next, kPatience).text, "ack 0");
}

TEST_F(ClusterFaultsTest, ARestartedParameterServerIsNotItsOldSelf) {
  Begin(100000);
  auto worker = StartWorker(0);
  size_t next = 0;
  for (int i = 0; i < 20; ++i) ASSERT_NE(worker->WaitForLine("ack", &next, kPatience).text, "");
  ps_->Signal(SIGKILL);
  ps_->Wait();
  ps_ = StartPs();
  const Process::Line lost = worker->WaitForLine("lost", &next, kPatience);
  EXPECT_TRUE(absl::StrContains(lost.text, kPsName)) << lost.text;
  EXPECT_EQ(worker->WaitForLine("ack 0", &next, kPatience).text, "ack 0");
}

TEST_F(ClusterFaultsTest, AFrozenParameterServerIsNamedInTimeAndFencedWhenItReturns) {
  Begin(1000);
  auto steady = StartWorker(0), other = StartWorker(1);
  size_t next = 0;
  for (int i = 0; i < 20; ++i) ASSERT_NE(steady->WaitForLine("ack", &next, kPatience).text, "");
  const absl::Time frozen = ps_->Signal(SIGSTOP);
  const Process::Line lost = steady->WaitForLine("lost", &next, kPatience);
  EXPECT_TRUE(absl::StartsWith(lost.text, "lost UNAVAILABLE")) << lost.text;
  EXPECT_TRUE(absl::StrContains(lost.text, kPsName)) << lost.text;
  Report("frozen parameter server found", lost.when - frozen);
  EXPECT_LT(lost.when - frozen, kPromised + absl::Seconds(2));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  ps_->Signal(SIGCONT);
  EXPECT_EQ(steady->Wait(), 0);
  EXPECT_EQ(other->Wait(), 0);
  ExpectFullLedger();
}

TEST_F(ClusterFaultsTest, AFrozenWorkerStopsNobodyAndIsFencedWhenItReturns) {
  Begin(1000);
  auto steady = StartWorker(0), frozen = StartWorker(1);
  size_t frozen_next = 0;
  for (int i = 0; i < 20; ++i) {
    ASSERT_NE(frozen->WaitForLine("ack", &frozen_next, kPatience).text, "");
  }
  frozen->Signal(SIGSTOP);
  EXPECT_EQ(steady->Wait(), 0);
  for (const auto& line : steady->Lines()) {
    EXPECT_FALSE(absl::StartsWith(line.text, "lost")) << line.text;
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(3500));
  frozen->Signal(SIGCONT);
  const Process::Line lost = frozen->WaitForLine("lost", &frozen_next, kPatience);
  EXPECT_TRUE(absl::StrContains(lost.text, kPsName)) << lost.text;
  EXPECT_EQ(frozen->Wait(), 0);
  ExpectFullLedger();
}

TEST_F(ClusterFaultsTest, BusyCoresAreNoFault) {
  Begin(100000);
  auto worker = StartWorker(0);
  size_t next = 0;
  ASSERT_NE(worker->WaitForLine("ack", &next, kPatience).text, "");
  std::atomic<bool> stop{false};
  std::vector<std::thread> spinners;
  for (unsigned i = 0; i < 2 * std::thread::hardware_concurrency(); ++i) {
    spinners.emplace_back([&] {
      while (!stop.load(std::memory_order_relaxed)) {
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::seconds(6));
  stop = true;
  for (auto& spinner : spinners) spinner.join();
  for (const auto& line : worker->Lines()) {
    EXPECT_FALSE(absl::StartsWith(line.text, "lost")) << line.text;
  }
}

}  // namespace
}  // namespace millrace

int main(int argc, char** argv) {
  if (getenv("MILLRACE_LEDGER_TASK") != nullptr) return millrace::RunLedgerTask();
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
