// Counters, gauges and latency histograms, for people and for Prometheus.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"

namespace millrace {

// Only grows. Thread-safe, as all of these.
class Counter {
 public:
  void Increment(int64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// Goes up and down.
class Gauge {
 public:
  void Set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void Add(int64_t by) { value_.fetch_add(by, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// How many durations fell below each of 1, 2, 4, ... microseconds, up to about 134 s, and their
// sum.
class LatencyHistogram {
 public:
  static constexpr int kNumBounds = 28;
  // Upper bound of bucket `i`; the last bucket, kNumBounds, has none.
  static absl::Duration Bound(int i) { return absl::Microseconds(int64_t{1} << i); }

  void Record(absl::Duration duration) { RecordNanos(absl::ToInt64Nanoseconds(duration)); }
  void RecordNanos(int64_t nanos);

  int64_t count() const;
  absl::Duration sum() const {
    return absl::Nanoseconds(sum_nanos_.load(std::memory_order_relaxed));
  }
  // Durations in bucket `i`, that is, above Bound(i - 1) and not above Bound(i).
  int64_t bucket(int i) const { return buckets_[i].load(std::memory_order_relaxed); }
  // An upper bound of the share `q` (0.99) of all durations: a bucket's bound, thus up to twice too
  // high; zero when empty, infinite beyond the last bound.
  absl::Duration Quantile(double q) const;

 private:
  std::array<std::atomic<int64_t>, kNumBounds + 1> buckets_{};
  std::atomic<int64_t> sum_nanos_{0};
};

// A set of named metrics. A name with labels is one metric of its own: {{"method", "Predict"}}.
// Pointers stay good as long as the set lives, so look a metric up once and keep it.
class Metrics {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  Metrics() = default;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The metric of this name and labels, made when new. Names are Prometheus's:
  // [a-zA-Z_:][a-zA-Z0-9_:]*; other characters become '_'. `help`, one line, counts where the name
  // is new. A name has one kind; asked for as another, it is a different metric with "_counter",
  // "_gauge" or "_seconds" behind its name.
  Counter* counter(absl::string_view name, const Labels& labels = {}, absl::string_view help = "");
  Gauge* gauge(absl::string_view name, const Labels& labels = {}, absl::string_view help = "");
  LatencyHistogram* histogram(absl::string_view name, const Labels& labels = {},
                              absl::string_view help = "");

  // All of them in Prometheus's text format, version 0.0.4, sorted by name. Histograms in seconds.
  std::string TextDump() const;

  // The process's.
  static Metrics* Default();

 private:
  enum class Kind { kCounter, kGauge, kHistogram };
  struct Family {
    Kind kind;
    std::string help;
    // By the labels in text form, one map used.
    std::map<std::string, std::unique_ptr<Counter>> counters;
    std::map<std::string, std::unique_ptr<Gauge>> gauges;
    std::map<std::string, std::unique_ptr<LatencyHistogram>> histograms;
  };

  Family& GetFamily(absl::string_view name, Kind kind, absl::string_view help)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable Mutex mu_;
  std::map<std::string, Family> families_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace
