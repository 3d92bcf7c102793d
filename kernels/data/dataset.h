// Datasets: descriptions of a sequence of elements, passed between ops as variants, and the
// iterators that produce it.
#ifndef MILLRACE_KERNELS_DATA_DATASET_H_
#define MILLRACE_KERNELS_DATA_DATASET_H_

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/cancellation.h"
#include "core/graph/op_schema.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"
#include "core/tensor/variant.h"

namespace millrace {

// The components of one element.
using Element = std::vector<Tensor>;

// What comes next: an element, the end of the sequence, or an error.
struct NextResult {
  NextResult() = default;
  NextResult(absl::Status s)
      : status(std::move(s)) {}  // NOLINT(google-explicit-constructor): an error is a result

  absl::Status status;
  Element element = {};
  bool end = false;
};

// Somebody who waits for an element. Whoever claims it first, a producer or a cancellation, calls
// `done`, once.
struct NextRequest {
  std::atomic<bool> claimed{false};
  absl::AnyInvocable<void(NextResult)> done;

  bool Claim() { return !claimed.exchange(true, std::memory_order_acq_rel); }
};

// Produces elements one after the other. Next is called by one thread at a time.
class DatasetIterator {
 public:
  virtual ~DatasetIterator() = default;
  // After the end it stays at the end. May compute, read files, and wait for a prefetching thread,
  // but never for a task of a shared pool.
  virtual NextResult Next() = 0;
  // True if NextAsync is there, and Next need not be used.
  virtual bool is_async() const { return false; }
  // Answers `request` here or from another thread, and holds no thread meanwhile; requests are
  // answered in order. Thread-safe.
  virtual void NextAsync(std::shared_ptr<NextRequest> request) {}
};

// What an iterator is made with; outlives it.
struct IteratorContext {
  Device* device = nullptr;
  Cancellation* cancellation = nullptr;  // nobody wants elements any more
};

// How many elements there are, where that is not a number.
constexpr int64_t kInfiniteCardinality = -1;
constexpr int64_t kUnknownCardinality = -2;

// Immutable and thread-safe: one description may feed several iterators.
class Dataset {
 public:
  virtual ~Dataset() = default;
  // The number of elements as far as it is known without making them.
  virtual int64_t Cardinality() const { return kUnknownCardinality; }
  virtual absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const = 0;
};
using DatasetPtr = std::shared_ptr<const Dataset>;

class DatasetVariant final : public VariantValue {
 public:
  static constexpr absl::string_view kTypeName = "millrace::Dataset";
  explicit DatasetVariant(DatasetPtr dataset) : dataset_(std::move(dataset)) {}
  absl::string_view type_name() const override { return kTypeName; }
  std::shared_ptr<VariantValue> Clone() const override {
    return std::make_shared<DatasetVariant>(dataset_);
  }
  const DatasetPtr& dataset() const { return dataset_; }

 private:
  const DatasetPtr dataset_;
};

Tensor DatasetTensor(DatasetPtr dataset);
// The dataset in a scalar variant. INVALID_ARGUMENT if it is something else.
absl::StatusOr<DatasetPtr> DatasetFrom(const Tensor& t);
// The scalar int64 (or bool) input i.
absl::StatusOr<int64_t> Int64Input(KernelContext& c, int i, absl::string_view name);
absl::StatusOr<bool> BoolInput(KernelContext& c, int i, absl::string_view name);
// What follows `count` inputs from `first` on, with memory of their own.
absl::StatusOr<Element> OwnedInputs(KernelContext& c, int first);

// A kernel whose output is a dataset made of its inputs: Make(KernelContext&) returns it.
class DatasetKernel : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) final;

 protected:
  virtual absl::StatusOr<DatasetPtr> Make(KernelContext& c) = 0;
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_DATA_DATASET_H_
