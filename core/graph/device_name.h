// Device names: "/job:worker/replica:0/task:1/device:CPU:0", full or with parts left out, as in
// TensorFlow.
#ifndef MILLRACE_CORE_GRAPH_DEVICE_NAME_H_
#define MILLRACE_CORE_GRAPH_DEVICE_NAME_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace millrace {

struct DeviceName {
  std::optional<std::string> job;
  std::optional<int> replica, task;
  std::optional<std::string> type;  // upper case: "CPU", "GPU"
  std::optional<int> id;

  // Accepts "", "/cpu:0", "/device:GPU:*", "/job:ps/task:3", "/job:ps/device:CPU:0", "CPU:0" and so
  // on; of a part given twice the last counts. INVALID_ARGUMENT otherwise.
  static absl::StatusOr<DeviceName> Parse(absl::string_view name);
  std::string ToString() const;  // only the parts that are set
  bool is_full() const { return job && replica && task && type && id; }
  // True if `full` has every part that is set here.
  bool Matches(const DeviceName& full) const;
  // Takes from `other` what is not set here. INVALID_ARGUMENT where both are set and differ (with
  // `override_conflicts` the other's wins).
  absl::Status Merge(const DeviceName& other, bool override_conflicts = false);
  bool SameTask(const DeviceName& o) const {
    return job == o.job && replica == o.replica && task == o.task;
  }
};

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_DEVICE_NAME_H_
