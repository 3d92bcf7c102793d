// Accumulator: a sum of gradients that is taken when enough of them have come.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/cancellation.h"
#include "core/base/mutex.h"
#include "core/runtime/resource.h"
#include "core/tensor/tensor.h"
#include "kernels/accumulator/gradient_sum.h"

namespace millrace {

// Thread-safe. Who takes waits without a thread, in turn; each is answered once, from any thread,
// without the lock.
class Accumulator final : public Resource {
 public:
  static constexpr char kTypeName[] = "Accumulator";
  absl::string_view type_name() const override { return kTypeName; }

  using TakeDone = absl::AnyInvocable<void(absl::StatusOr<GradientTuple>)>;

  // `sparse`: the rows of gradients are summed by their indices. `mean`: what is taken is divided
  // by the number of gradients, of a sparse one by those that had the row.
  Accumulator(DType dtype, PartialShape shape, bool sparse, bool mean)
      : dtype_(dtype),
        shape_(shape),
        sparse_(sparse),
        mean_(mean),
        sum_(sparse ? NewSparseSum(dtype, std::move(shape))
                    : NewDenseSum(dtype, std::move(shape))) {}
  ~Accumulator() override { Close(); }

  DType dtype() const { return dtype_; }
  const PartialShape& shape() const { return shape_; }
  bool sparse() const { return sparse_; }
  bool mean() const { return mean_; }

  // Adds a gradient that was computed at `local_step`; one older than the global step is dropped.
  // INVALID_ARGUMENT for another dtype or shape than the accumulator's or the gradients' before.
  absl::Status Apply(int64_t local_step, const GradientTuple& gradient);
  // The sum or mean, once `required` gradients were applied; then begins anew and advances the
  // global step. INVALID_ARGUMENT for required < 1.
  void Take(int64_t required, Cancellation* cancellation, TakeDone done);
  void SetGlobalStep(int64_t step);
  int64_t count() const;

  // Everybody who waits is answered CANCELLED.
  void Close() override;

 private:
  struct Request;
  using RequestPtr = std::shared_ptr<Request>;
  // Answers the first who waits, if there are gradients enough.
  RequestPtr Advance(absl::StatusOr<GradientTuple>* result) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  static void Answer(const RequestPtr& request, absl::StatusOr<GradientTuple> result);

  const DType dtype_;
  const PartialShape shape_;
  const bool sparse_, mean_;
  mutable Mutex mu_;
  const std::unique_ptr<GradientSum> sum_ ABSL_PT_GUARDED_BY(mu_);
  int64_t count_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t global_step_ ABSL_GUARDED_BY(mu_) = 0;
  std::list<RequestPtr> waiting_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace
