#include "distributed/heartbeat.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/base/fake_clock.h"

namespace millrace {
namespace {

constexpr uint64_t kIncarnation = 7;

// Answers heartbeats as the test says.
class ScriptedWorker final : public WorkerInterface {
 public:
  void Heartbeat(uint64_t session, Done<HeartbeatReply> done) override {
    ++beats;
    if (hold) {
      held.push_back(std::move(done));
    } else {
      done(answer);
    }
  }
  void GetStatus(absl::Duration, Done<TaskStatus> done) override {
    done(absl::UnimplementedError(""));
  }
  void OpenSession(const OpenSessionRequest&, StatusDone done) override { done(Unused()); }
  void CloseSession(uint64_t, StatusDone done) override { done(Unused()); }
  void RegisterGraph(RegisterGraphRequest, Done<uint64_t> done) override { done(Unused()); }
  void DeregisterGraph(uint64_t, uint64_t, StatusDone done) override { done(Unused()); }
  void RunGraph(RunGraphRequest, Done<RunGraphReply> done) override { done(Unused()); }
  void AbortStep(uint64_t, const absl::Status&, StatusDone done) override { done(Unused()); }
  void Reset(const std::vector<std::string>&, StatusDone done) override { done(Unused()); }
  void Shutdown(const std::string&, StatusDone done) override { done(Unused()); }

  static absl::Status Unused() { return absl::UnimplementedError("not in this test"); }

  int beats = 0;
  bool hold = false;
  std::vector<Done<HeartbeatReply>> held;
  absl::StatusOr<HeartbeatReply> answer = HeartbeatReply{kIncarnation, true};
};

class HeartbeatTest : public ::testing::Test {
 protected:
  HeartbeatTest() { monitor_.Watch({"/job:ps/replica:0/task:1", kIncarnation}, worker_); }
  ~HeartbeatTest() override { worker_->held.clear(); }  // what is never answered holds the peer

  // Lets time go by in ticks of 100 ms.
  void Pass(absl::Duration time) {
    for (; time > absl::ZeroDuration(); time -= absl::Milliseconds(100)) {
      clock_.Advance(absl::Milliseconds(100));
      monitor_.Tick();
    }
  }

  FakeClock clock_;
  std::shared_ptr<ScriptedWorker> worker_ = std::make_shared<ScriptedWorker>();
  std::vector<absl::Status> lost_;
  HeartbeatMonitor monitor_{1, HeartbeatOptions(), &clock_,
                            [this](const TaskId& task, const absl::Status& status) {
                              EXPECT_NE(status.message().find(task.name), std::string::npos);
                              lost_.push_back(status);
                            }};
};

TEST_F(HeartbeatTest, AHealthyTaskIsAskedTwiceASecond) {
  Pass(absl::Seconds(60));
  EXPECT_TRUE(lost_.empty());
  EXPECT_GE(worker_->beats, 119);
  EXPECT_LE(worker_->beats, 121);
}

TEST_F(HeartbeatTest, ASilentTaskIsLostWithinThreeSecondsAndOnce) {
  Pass(absl::Seconds(10));
  worker_->hold = true;
  Pass(absl::Milliseconds(1900));
  EXPECT_TRUE(lost_.empty());
  Pass(absl::Milliseconds(1100));
  ASSERT_EQ(lost_.size(), 1);
  EXPECT_EQ(lost_[0].code(), absl::StatusCode::kUnavailable);
  Pass(absl::Seconds(10));
  EXPECT_EQ(lost_.size(), 1);
  EXPECT_EQ(worker_->held.size(), 1);
}

TEST_F(HeartbeatTest, ATaskThatRefusesConnectionsIsLostWithinTwoSeconds) {
  Pass(absl::Seconds(10));
  worker_->answer = absl::UnavailableError("connection refused");
  Pass(absl::Seconds(2));
  ASSERT_EQ(lost_.size(), 1);
  EXPECT_EQ(lost_[0].code(), absl::StatusCode::kUnavailable);
}

TEST_F(HeartbeatTest, AHiccupOfTheConnectionIsForgiven) {
  Pass(absl::Seconds(10));
  for (int i = 0; i < 5; ++i) {
    worker_->answer = absl::UnavailableError("connection reset");
    Pass(absl::Milliseconds(800));
    worker_->answer = HeartbeatReply{kIncarnation, true};
    Pass(absl::Milliseconds(500));
  }
  EXPECT_TRUE(lost_.empty());
}

TEST_F(HeartbeatTest, ARestartedTaskIsAnother) {
  Pass(absl::Seconds(1));
  worker_->answer = HeartbeatReply{kIncarnation + 1, false};
  Pass(absl::Seconds(1));
  ASSERT_EQ(lost_.size(), 1);
  EXPECT_EQ(lost_[0].code(), absl::StatusCode::kAborted);
  EXPECT_NE(lost_[0].message().find("restarted"), std::string::npos);
}

TEST_F(HeartbeatTest, ATaskThatForgotTheSessionIsLost) {
  Pass(absl::Seconds(1));
  worker_->answer = HeartbeatReply{kIncarnation, false};
  Pass(absl::Seconds(1));
  ASSERT_EQ(lost_.size(), 1);
  EXPECT_EQ(lost_[0].code(), absl::StatusCode::kAborted);
}

TEST_F(HeartbeatTest, OwnStandstillIsNobodyElsesSilence) {
  Pass(absl::Seconds(10));
  worker_->hold = true;
  Pass(absl::Seconds(1));
  clock_.Advance(absl::Seconds(30));  // this process was stopped
  monitor_.Tick();
  EXPECT_TRUE(lost_.empty());
  for (auto& done : worker_->held) done(HeartbeatReply{kIncarnation, true});
  worker_->hold = false;
  Pass(absl::Seconds(10));
  EXPECT_TRUE(lost_.empty());
}

}  // namespace
}  // namespace millrace
