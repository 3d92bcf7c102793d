// Process: a child of a test, with its lines of output and when they came.
#ifndef MILLRACE_TESTS_FAULTS_PROCESS_H_
#define MILLRACE_TESTS_FAULTS_PROCESS_H_

#include <sys/types.h>

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"

namespace millrace {

class Process {
 public:
  struct Line {
    absl::Time when;
    std::string text;
  };

  // Starts this program again with these variables added to its environment. It ends with us,
  // whatever happens.
  explicit Process(const std::map<std::string, std::string>& environment);
  ~Process();  // kills it

  // SIGKILL, SIGSTOP, SIGCONT. Returns the time.
  absl::Time Signal(int signal);
  // Waits for its end; the exit status, or minus the signal that ended it.
  int Wait();
  bool running() const { return pid_ > 0; }

  std::vector<Line> Lines() const;
  // The first line from index `*next` on that starts with `prefix`, waiting up to `timeout` for it;
  // an empty text when it does not come. Moves `*next` behind it.
  Line WaitForLine(const std::string& prefix, size_t* next, absl::Duration timeout);

 private:
  void Read(int fd);

  pid_t pid_ = -1;
  std::thread reader_;
  mutable Mutex mu_;
  CondVar changed_;
  std::vector<Line> lines_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_TESTS_FAULTS_PROCESS_H_
