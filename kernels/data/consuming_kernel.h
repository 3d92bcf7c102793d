// ConsumingKernel: a kernel that runs through a dataset.
#ifndef MILLRACE_KERNELS_DATA_CONSUMING_KERNEL_H_
#define MILLRACE_KERNELS_DATA_CONSUMING_KERNEL_H_

#include <vector>

#include "core/base/cancellation.h"
#include "kernels/data/dataset.h"

namespace millrace {

// Consumes a dataset on a thread of its own. Its outputs, if it has any, are of the shapes in the
// attribute output_shapes.
class ConsumingKernel : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override;
  void ComputeAsync(KernelContext& c, Done done) final;

 protected:
  // Which input is the dataset.
  virtual int dataset_input() const { return 0; }
  // The outputs. INVALID_ARGUMENT unless they have the promised types and shapes.
  virtual absl::StatusOr<Element> Results(KernelContext& c, DatasetIterator& iterator,
                                          Cancellation* cancellation) = 0;

 private:
  absl::Status Consume(KernelContext& c);
  absl::Status SetComponents(KernelContext& c, Element results) const;

  std::vector<PartialShape> shapes_;
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_DATA_CONSUMING_KERNEL_H_
