// oneDNN is built with OpenMP, whose threads would come on top of our pools': whoever calls it
// holds one of these.
#pragma once

#include <omp.h>

namespace millrace {

// Has OpenMP code on this thread run on this thread alone, while it lives.
class OneThreadOpenMp {
 public:
  OneThreadOpenMp() : before_(omp_get_max_threads()) {
    if (before_ != 1) omp_set_num_threads(1);
  }
  ~OneThreadOpenMp() {
    if (before_ != 1) omp_set_num_threads(before_);
  }
  OneThreadOpenMp(const OneThreadOpenMp&) = delete;
  OneThreadOpenMp& operator=(const OneThreadOpenMp&) = delete;

 private:
  const int before_;
};

}  // namespace millrace
