// MemoryCache: the elements of a dataset that was run through once.
#ifndef MILLRACE_KERNELS_DATA_MEMORY_CACHE_H_
#define MILLRACE_KERNELS_DATA_MEMORY_CACHE_H_

#include <memory>
#include <utility>
#include <vector>

#include "core/base/mutex.h"
#include "core/runtime/resource.h"
#include "kernels/data/dataset.h"

namespace millrace {

// Thread-safe. Empty until an iterator has come to the end.
class MemoryCache final : public Resource {
 public:
  static constexpr char kTypeName[] = "MemoryCache";
  absl::string_view type_name() const override { return kTypeName; }

  using Elements = std::shared_ptr<const std::vector<Element>>;

  // Null until Fill.
  Elements elements() const {
    MutexLock lock(mu_);
    return elements_;
  }
  // Of several iterators the first to end fills it.
  void Fill(std::vector<Element> elements) {
    MutexLock lock(mu_);
    if (elements_ == nullptr) {
      elements_ = std::make_shared<const std::vector<Element>>(std::move(elements));
    }
  }

 private:
  mutable Mutex mu_;
  Elements elements_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_DATA_MEMORY_CACHE_H_
