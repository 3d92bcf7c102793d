#include "kernels/data/consuming_kernel.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/own_thread.h"
#include "core/base/status.h"
#include "core/runtime/step.h"

namespace millrace {

absl::Status ConsumingKernel::Init(KernelConstruction& c) {
  if (!c.attrs().Has("output_shapes")) return absl::OkStatus();
  return c.GetAttr("output_shapes", &shapes_);
}

void ConsumingKernel::ComputeAsync(KernelContext& c, Done done) {
  RunOnOwnThread([this, &c, done = std::move(done)]() mutable { done(Consume(c)); });
}

absl::Status ConsumingKernel::Consume(KernelContext& c) {
  MR_ASSIGN_OR_RETURN(const DatasetPtr dataset, DatasetFrom(c.input(dataset_input())));
  Cancellation cancellation(c.step().cancellation);  // outlives the iterator
  MR_ASSIGN_OR_RETURN(const std::unique_ptr<DatasetIterator> iterator,
                      dataset->MakeIterator({c.device(), &cancellation}));
  MR_ASSIGN_OR_RETURN(Element results, Results(c, *iterator, &cancellation));
  return SetComponents(c, std::move(results));
}

absl::Status ConsumingKernel::SetComponents(KernelContext& c, Element results) const {
  if (static_cast<int>(results.size()) != c.num_outputs() ||
      shapes_.size() != static_cast<size_t>(c.num_outputs())) {
    return absl::InvalidArgumentError(
        absl::StrCat(results.size(), " components, expected ", c.num_outputs()));
  }
  for (int i = 0; i < c.num_outputs(); ++i) {
    if (results[i].dtype() != c.output_type(i) ||
        !shapes_[i].IsCompatibleWith(results[i].shape())) {
      return absl::InvalidArgumentError(absl::StrCat(
          "component ", i, " is ", DTypeName(results[i].dtype()), results[i].shape().ToString(),
          ", expected ", DTypeName(c.output_type(i)), shapes_[i].ToString()));
    }
    c.set_output(i, std::move(results[i]));
  }
  return absl::OkStatus();
}

}  // namespace millrace
