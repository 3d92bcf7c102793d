#include "distributed/task_link.h"

namespace millrace {

SequenceWindow::Number SequenceWindow::Begin() {
  MutexLock lock(&mu_);
  const int64_t sequence = ++last_;
  open_.insert(sequence);
  return {sequence, *open_.begin() - 1};
}

void SequenceWindow::End(int64_t sequence) {
  MutexLock lock(&mu_);
  open_.erase(sequence);
}

absl::Status TaskLink::health() const {
  MutexLock lock(&mu_);
  return lost_;
}

void TaskLink::MarkLost(const absl::Status& status) {
  {
    MutexLock lock(&mu_);
    if (!lost_.ok()) return;
    lost_ = status;
  }
  if (on_lost_) on_lost_(status);
}

}  // namespace millrace
