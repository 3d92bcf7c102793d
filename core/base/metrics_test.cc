#include "core/base/metrics.h"

#include <gtest/gtest.h>

#include <thread>

namespace millrace {
namespace {

TEST(Metrics, OneMetricForANameAndItsLabels) {
  Metrics metrics;
  Counter* steps = metrics.counter("steps", {{"task", "0"}});
  EXPECT_EQ(metrics.counter("steps", {{"task", "0"}}), steps);
  EXPECT_NE(metrics.counter("steps", {{"task", "1"}}), steps);
  EXPECT_NE(Metrics::Default()->counter("steps", {{"task", "0"}}), steps);
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) steps->Increment();
  });
  for (int i = 0; i < 1000; ++i) steps->Increment(2);
  other.join();
  EXPECT_EQ(steps->value(), 3000);
}

TEST(Metrics, TextIsPrometheus) {
  Metrics metrics;
  metrics.counter("b_total", {{"m", "a\"\\\nz"}, {"n", "1"}}, "How many.")->Increment(5);
  metrics.gauge("a gauge")->Set(-3);
  metrics.gauge("a gauge")->Add(1);
  metrics.gauge("b_total")->Set(1);
  EXPECT_EQ(metrics.TextDump(),
            "# TYPE a_gauge gauge\na_gauge -2\n"
            "# HELP b_total How many.\n# TYPE b_total counter\n"
            "b_total{m=\"a\\\"\\\\\\nz\",n=\"1\"} 5\n"
            "# TYPE b_total_gauge gauge\nb_total_gauge 1\n");
}

TEST(Metrics, HistogramIsCumulative) {
  Metrics metrics;
  LatencyHistogram* h = metrics.histogram("step_seconds", {{"d", "cpu"}});
  h->Record(absl::Nanoseconds(1));
  h->Record(absl::Microseconds(1));
  h->Record(absl::Microseconds(3));
  h->Record(absl::Hours(1));
  h->Record(absl::Seconds(-1));
  EXPECT_EQ(h->count(), 5);
  EXPECT_EQ(h->bucket(0), 3);
  EXPECT_EQ(h->bucket(2), 1);
  EXPECT_EQ(h->sum(), absl::Hours(1) + absl::Nanoseconds(4001));
  const std::string text = metrics.TextDump();
  for (const char* line :
       {"# TYPE step_seconds histogram\n", "step_seconds_bucket{d=\"cpu\",le=\"1e-06\"} 3\n",
        "step_seconds_bucket{d=\"cpu\",le=\"4e-06\"} 4\n",
        "step_seconds_bucket{d=\"cpu\",le=\"+Inf\"} 5\n", "step_seconds_count{d=\"cpu\"} 5\n",
        "step_seconds_sum{d=\"cpu\"} 3600\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << " in\n" << text;
  }
  EXPECT_EQ(h->Quantile(0.5), absl::Microseconds(1));
  EXPECT_EQ(h->Quantile(0.8), absl::Microseconds(4));
  EXPECT_EQ(h->Quantile(1), absl::InfiniteDuration());
  EXPECT_EQ(LatencyHistogram().Quantile(0.5), absl::ZeroDuration());
}

}  // namespace
}  // namespace millrace
