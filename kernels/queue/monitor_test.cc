// Requests that wait on a state: order, cancellation, closing.
#include "kernels/queue/monitor.h"

#include <vector>

#include "gtest/gtest.h"

namespace millrace {
namespace {

using absl::StatusCode;

// A counter from which requests take one when there is one.
struct MonitorTest : testing::Test {
  void Take(int who, Cancellation* cancellation = nullptr) {
    monitor.Submit(
        cancellation,
        [](int& n) -> std::optional<absl::Status> {
          if (n == 0) return std::nullopt;
          --n;
          return absl::OkStatus();
        },
        [this, who](absl::Status status) {
          answered.push_back({who, status.code()});
        });
  }
  void Give(int count) {
    monitor.Change([&](int& n) { return n += count; });
  }

  std::vector<std::pair<int, StatusCode>> answered;
  Monitor<int> monitor{0};
};

using Answered = std::vector<std::pair<int, StatusCode>>;

TEST_F(MonitorTest, ServesInTheOrderOfArrival) {
  for (int who : {1, 2, 3}) Take(who);
  EXPECT_TRUE(answered.empty());
  Give(2);
  EXPECT_EQ(answered, (Answered{{1, StatusCode::kOk}, {2, StatusCode::kOk}}));
  Give(2);
  EXPECT_EQ(answered.back().first, 3);
  Take(4);
  EXPECT_EQ(answered.back().first, 4);
}

TEST_F(MonitorTest, ACancelledRequestLeavesTheQueue) {
  Cancellation cancellation;
  Take(1, &cancellation);
  Take(2);
  cancellation.Cancel(absl::CancelledError("enough"));
  EXPECT_EQ(answered, (Answered{{1, StatusCode::kCancelled}}));
  Give(1);
  EXPECT_EQ(answered.back(), (std::pair{2, StatusCode::kOk}));
  Take(3, &cancellation);
  EXPECT_EQ(answered.back(), (std::pair{3, StatusCode::kCancelled}));
}

TEST_F(MonitorTest, ClosingAnswersAllWhoWaitAndCome) {
  Take(1);
  monitor.Close();
  EXPECT_EQ(answered, (Answered{{1, StatusCode::kCancelled}}));
  Give(1);
  Take(2);
  EXPECT_EQ(answered.back(), (std::pair{2, StatusCode::kCancelled}));
}

}  // namespace
}  // namespace millrace
