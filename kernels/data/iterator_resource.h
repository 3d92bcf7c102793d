// IteratorResource: an iterator that steps take elements from.
#ifndef MILLRACE_KERNELS_DATA_ITERATOR_RESOURCE_H_
#define MILLRACE_KERNELS_DATA_ITERATOR_RESOURCE_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "core/base/mutex.h"
#include "core/runtime/resource.h"
#include "kernels/data/dataset.h"

namespace millrace {

// Thread-safe: concurrent steps get different elements.
class IteratorResource final : public Resource {
 public:
  static constexpr char kTypeName[] = "Iterator";
  absl::string_view type_name() const override { return kTypeName; }
  ~IteratorResource() override { Close(); }

  // Starts over with `dataset`; whoever waits for an element of the sequence before gets CANCELLED.
  absl::Status Start(DatasetPtr dataset, Device* device);
  // Answers `request` here or later. FAILED_PRECONDITION before Start, CANCELLED after Close.
  void NextAsync(std::shared_ptr<NextRequest> request);
  void Close() override;

 private:
  class Run;
  void Replace(std::shared_ptr<Run> run);

  Mutex mu_;
  std::shared_ptr<Run> run_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_DATA_ITERATOR_RESOURCE_H_
