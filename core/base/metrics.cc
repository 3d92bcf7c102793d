#include "core/base/metrics.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace millrace {
namespace {

std::string CleanName(absl::string_view name) {
  std::string clean(name);
  for (char& c : clean) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != ':') c = '_';
  }
  if (clean.empty() || absl::ascii_isdigit(clean[0])) clean.insert(0, "_");
  return clean;
}

// method="Predict",code="OK"
std::string LabelsText(const Metrics::Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    absl::StrAppend(&text, text.empty() ? "" : ",", CleanName(name), "=\"",
                    absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}),
                    "\"");
  }
  return text;
}

std::string Braced(absl::string_view labels) {
  return labels.empty() ? "" : absl::StrCat("{", labels, "}");
}

template <typename T>
T* FindOrMake(std::map<std::string, std::unique_ptr<T>>& map, const Metrics::Labels& labels) {
  std::unique_ptr<T>& entry = map[LabelsText(labels)];
  if (entry == nullptr) entry = std::make_unique<T>();
  return entry.get();
}

template <typename T>
void DumpValues(const std::string& name, const std::map<std::string, std::unique_ptr<T>>& metrics,
                std::string* text) {
  for (const auto& [labels, metric] : metrics) {
    absl::StrAppend(text, name, Braced(labels), " ", metric->value(), "\n");
  }
}

void DumpHistogram(const std::string& name, const std::string& labels,
                   const LatencyHistogram& histogram, std::string* text) {
  const std::string prefix = labels.empty() ? "" : absl::StrCat(labels, ",");
  int64_t below = 0;
  for (int i = 0; i <= LatencyHistogram::kNumBounds; ++i) {
    below += histogram.bucket(i);
    const std::string bound = i == LatencyHistogram::kNumBounds
                                  ? "+Inf"
                                  : absl::StrCat(absl::ToDoubleSeconds(LatencyHistogram::Bound(i)));
    absl::StrAppend(text, name, "_bucket{", prefix, "le=\"", bound, "\"} ", below, "\n");
  }
  absl::StrAppend(text, name, "_sum", Braced(labels), " ", absl::ToDoubleSeconds(histogram.sum()),
                  "\n");
  absl::StrAppend(text, name, "_count", Braced(labels), " ", below, "\n");
}

constexpr absl::string_view kKindNames[] = {"counter", "gauge", "histogram"};
constexpr absl::string_view kKindSuffixes[] = {"_counter", "_gauge", "_seconds"};

}  // namespace

void LatencyHistogram::RecordNanos(int64_t nanos) {
  nanos = std::max<int64_t>(0, nanos);
  int bucket = 0;
  while (bucket < kNumBounds && nanos > int64_t{1000} << bucket) ++bucket;
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_nanos_.fetch_add(nanos, std::memory_order_relaxed);
}

int64_t LatencyHistogram::count() const {
  int64_t total = 0;
  for (int i = 0; i <= kNumBounds; ++i) total += bucket(i);
  return total;
}

absl::Duration LatencyHistogram::Quantile(double q) const {
  const int64_t total = count();
  if (total == 0) return absl::ZeroDuration();
  const double wanted = q * static_cast<double>(total);
  int64_t below = 0;
  for (int i = 0; i < kNumBounds; ++i) {
    below += bucket(i);
    if (below > 0 && static_cast<double>(below) >= wanted) return Bound(i);
  }
  return absl::InfiniteDuration();
}

Metrics::Family& Metrics::GetFamily(absl::string_view name, Kind kind, absl::string_view help) {
  std::string key = CleanName(name);
  auto it = families_.find(key);
  if (it != families_.end() && it->second.kind != kind) {
    absl::StrAppend(&key, kKindSuffixes[static_cast<int>(kind)]);
  }
  Family& family = families_[key];
  if (family.counters.empty() && family.gauges.empty() && family.histograms.empty()) {
    family.kind = kind;
    family.help = absl::StrReplaceAll(help, {{"\\", "\\\\"}, {"\n", "\\n"}});
  }
  return family;
}

Counter* Metrics::counter(absl::string_view name, const Labels& labels, absl::string_view help) {
  MutexLock lock(&mu_);
  return FindOrMake(GetFamily(name, Kind::kCounter, help).counters, labels);
}

Gauge* Metrics::gauge(absl::string_view name, const Labels& labels, absl::string_view help) {
  MutexLock lock(&mu_);
  return FindOrMake(GetFamily(name, Kind::kGauge, help).gauges, labels);
}

LatencyHistogram* Metrics::histogram(absl::string_view name, const Labels& labels,
                                     absl::string_view help) {
  MutexLock lock(&mu_);
  return FindOrMake(GetFamily(name, Kind::kHistogram, help).histograms, labels);
}

std::string Metrics::TextDump() const {
  MutexLock lock(&mu_);
  std::string text;
  for (const auto& [name, family] : families_) {
    if (!family.help.empty()) absl::StrAppend(&text, "# HELP ", name, " ", family.help, "\n");
    absl::StrAppend(&text, "# TYPE ", name, " ", kKindNames[static_cast<int>(family.kind)], "\n");
    DumpValues(name, family.counters, &text);
    DumpValues(name, family.gauges, &text);
    for (const auto& [labels, histogram] : family.histograms) {
      DumpHistogram(name, labels, *histogram, &text);
    }
  }
  return text;
}

Metrics* Metrics::Default() {
  static Metrics* const metrics = new Metrics;
  return metrics;
}

}  // namespace millrace
