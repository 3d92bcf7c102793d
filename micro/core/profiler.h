// Profiler: two functions the application may give, called around each op and around parts of ops.
// Without one nothing is measured and nothing linked.
#ifndef MILLRACE_MICRO_CORE_PROFILER_H_
#define MILLRACE_MICRO_CORE_PROFILER_H_

#include <cstdint>

#include "micro/core/schema.h"

namespace millrace::micro {

struct ProfileEvent {
  int32_t subgraph;
  int32_t op_index;
  BuiltinOp op_code;
  const char* name;  // a custom op's name, or that of a part of an op; nullptr for a builtin op
  bool is_part;      // within an op
};

struct Profiler {
  // What begin returns is given to end (a number of its own, a time).
  uint32_t (*begin)(void* user, const ProfileEvent& event) = nullptr;
  void (*end)(void* user, uint32_t begun) = nullptr;
  void* user = nullptr;
};

// Begins when made, ends when it goes out of life. profiler may be nullptr.
class ProfileScope {
 public:
  ProfileScope(const Profiler* profiler, const ProfileEvent& event) : profiler_(profiler) {
    if (profiler_ != nullptr) begun_ = profiler_->begin(profiler_->user, event);
  }
  ~ProfileScope() {
    if (profiler_ != nullptr) profiler_->end(profiler_->user, begun_);
  }
  ProfileScope(const ProfileScope&) = delete;
  ProfileScope& operator=(const ProfileScope&) = delete;

 private:
  const Profiler* profiler_;
  uint32_t begun_ = 0;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_PROFILER_H_
