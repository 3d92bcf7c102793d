// QueueEnqueue, QueueDequeue and their kin: elements into and out of queues. A reference to a queue
// holds a handle at run time, so one kernel serves both forms of an op.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/step.h"
#include "kernels/array/int_args.h"
#include "kernels/array/stack_tensors.h"
#include "kernels/array/strided_copy.h"
#include "kernels/queue/queue_resource.h"

namespace millrace {
namespace {

// Component `i` of an element, checked against the queue's declaration.
absl::Status CheckComponent(const QueueOptions& o, size_t i, DType dtype, const Shape& shape) {
  if (dtype != o.dtypes[i]) {
    return absl::InvalidArgumentError(absl::StrCat("Type mismatch in tuple component ", i,
                                                   ". Expected ", DTypeName(o.dtypes[i]), ", got ",
                                                   DTypeName(dtype)));
  }
  if (o.by_priority && i == 0 && shape.rank() != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Expected priority element to be a scalar, but received shape ", shape.ToString()));
  }
  if (!o.shapes.empty() && !o.shapes[i].IsCompatibleWith(shape)) {
    return absl::InvalidArgumentError(absl::StrCat("Shape mismatch in tuple component ", i,
                                                   ". Expected ", o.shapes[i].ToString(), ", got ",
                                                   shape.ToString()));
  }
  return absl::OkStatus();
}

template <bool kMany>
class EnqueueKernel final : public AsyncKernel {
 public:
  void ComputeAsync(KernelContext& c, Done done) override {
    absl::StatusOr<std::shared_ptr<Queue>> queue = c.resource<Queue>(0);
    if (!queue.ok()) return done(queue.status());
    absl::StatusOr<std::vector<Queue::Element>> elements = Elements(c, (*queue)->options());
    if (!elements.ok()) return done(elements.status());
    Queue* q = queue->get();
    // The callback keeps the queue while it waits.
    q->Put(*std::move(elements), c.step().cancellation,
           [queue = *std::move(queue), done = std::move(done)](absl::Status status) mutable {
             done(std::move(status));
           });
  }

 private:
  static absl::StatusOr<std::vector<Queue::Element>> Elements(KernelContext& c,
                                                              const QueueOptions& o) {
    const size_t n = static_cast<size_t>(c.num_inputs()) - 1;
    if (n != o.dtypes.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Wrong number of components in tuple. Expected ", o.dtypes.size(), ", got ", n));
    }
    int64_t count = 1;
    for (size_t i = 0; kMany && i < n; ++i) {
      const Tensor& t = c.input(static_cast<int>(1 + i));
      if (t.rank() < 1)
        return absl::InvalidArgumentError(
            absl::StrCat("component ", i, " must have at least one dimension"));
      if (i > 0 && t.dim(0) != count)
        return absl::InvalidArgumentError(absl::StrCat(
            "All input tuples must have the same size in dimension 0: ", t.dim(0), " vs. ", count));
      count = t.dim(0);
    }
    std::vector<Queue::Element> elements(static_cast<size_t>(count));
    for (size_t i = 0; i < n; ++i) {
      MR_ASSIGN_OR_RETURN(const Tensor t, c.input(static_cast<int>(1 + i)).Owned());
      Shape shape = t.shape();
      if (kMany) shape.RemoveDim(0);
      MR_RETURN_IF_ERROR(CheckComponent(o, i, t.dtype(), shape));
      for (int64_t k = 0; k < count; ++k) {
        if (!kMany) {
          elements[k].push_back(t);
          continue;
        }
        MR_ASSIGN_OR_RETURN(Tensor row, t.Slice(k, k + 1).Reshaped(shape));
        elements[k].push_back(std::move(row));
      }
    }
    return elements;
  }
};

// Each tensor padded with zeros to the largest size in every dimension.
absl::Status PadToLargest(std::vector<Tensor>& tensors) {
  DimVector largest(tensors[0].shape().dims().begin(), tensors[0].shape().dims().end());
  for (const Tensor& t : tensors) {
    if (t.rank() != static_cast<int>(largest.size()))
      return absl::InvalidArgumentError("elements of different ranks cannot be padded");
    for (int d = 0; d < t.rank(); ++d) largest[d] = std::max(largest[d], t.dim(d));
  }
  MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(largest));
  for (Tensor& t : tensors) {
    if (t.shape() == shape) continue;
    MR_ASSIGN_OR_RETURN(Tensor padded, Tensor::CreateZeros(t.dtype(), shape));
    const DimVector dims(t.shape().dims().begin(), t.shape().dims().end());
    StridedCopy(t.dtype(), {dims, RowMajorStrides(dims), RowMajorStrides(largest)}, t.raw_data(),
                padded.mutable_raw_data(), nullptr);
    t = std::move(padded);
  }
  return absl::OkStatus();
}

enum class TakeMode { kOne, kMany, kUpTo };

template <TakeMode kMode>
class DequeueKernel final : public AsyncKernel {
 public:
  void ComputeAsync(KernelContext& c, Done done) override {
    absl::StatusOr<std::shared_ptr<Queue>> queue = c.resource<Queue>(0);
    if (!queue.ok()) return done(queue.status());
    const absl::StatusOr<int64_t> n = Count(c, (*queue)->options());
    if (!n.ok()) return done(n.status());
    Queue* q = queue->get();
    q->Take(*n, kMode == TakeMode::kUpTo, c.step().cancellation,
            [&c, queue = *std::move(queue), done = std::move(done)](auto elements) mutable {
              done(elements.ok() ? SetOutputs(c, queue->options(), *std::move(elements))
                                 : elements.status());
            });
  }

 private:
  static absl::StatusOr<int64_t> Count(KernelContext& c, const QueueOptions& o) {
    for (int i = 0; i < c.num_outputs(); ++i) {
      if (static_cast<size_t>(c.num_outputs()) != o.dtypes.size() ||
          c.output_type(i) != o.dtypes[i]) {
        return absl::InvalidArgumentError(absl::StrCat("the components of queue '", o.name,
                                                       "' have other types than those asked for"));
      }
    }
    if (kMode == TakeMode::kOne) return 1;
    MR_ASSIGN_OR_RETURN(const int64_t n, IntArg(c.input(1), "n"));
    if (n < 0)
      return absl::InvalidArgumentError(
          absl::StrCat("DequeueManyOp requested ", n, " < 0 elements"));
    bool known = o.shapes.size() == o.dtypes.size();
    for (const PartialShape& s : o.shapes)
      known = known && (o.padded ? s.known_rank() : s.fully_defined());
    if (!known) {
      return absl::InvalidArgumentError(absl::StrCat(
          o.kind,
          "'s DequeueMany and DequeueUpTo require the components to have specified shapes."));
    }
    return n;
  }

  static absl::Status SetOutputs(KernelContext& c, const QueueOptions& o,
                                 std::vector<Queue::Element> elements) {
    for (int i = 0; i < c.num_outputs(); ++i) {
      if (kMode == TakeMode::kOne) {
        c.set_output(i, std::move(elements[0][i]));
        continue;
      }
      std::vector<Tensor> rows;
      for (Queue::Element& e : elements) rows.push_back(std::move(e[i]));
      if (rows.empty()) {
        DimVector dims = {0};
        for (const int64_t d : o.shapes[i].dims()) dims.push_back(std::max<int64_t>(0, d));
        MR_ASSIGN_OR_RETURN(Tensor none, Tensor::CreateZeros(o.dtypes[i], Shape(dims)));
        c.set_output(i, std::move(none));
        continue;
      }
      if (o.padded) MR_RETURN_IF_ERROR(PadToLargest(rows));
      MR_ASSIGN_OR_RETURN(Tensor stacked, StackTensors(rows));
      c.set_output(i, std::move(stacked));
    }
    return absl::OkStatus();
  }
};

template <typename K>
Op& Waiting(Op& op, absl::string_view doc) {
  return op.Doc(doc).MayWait().Shape(UnknownOutputs).NotDifferentiable().Cpu<K>();
}

}  // namespace

absl::Status RegisterQueueTransfer(Registry& r) {
  const char* const kPut = "Adds an element; waits while the queue is full.";
  const char* const kPutMany = "Adds the rows of the components; waits while the queue is full.";
  const char* const kTake =
      "Takes an element; waits for one. OUT_OF_RANGE when the queue is closed and empty.";
  const char* const kTakeMany =
      "Takes n elements, stacked; waits for them. OUT_OF_RANGE when the queue is closed and has "
      "fewer.";
  const char* const kTakeUpTo =
      "Takes n elements, stacked, or what is left when the queue is closed.";
  MR_RETURN_IF_ERROR(r.Add(Waiting<EnqueueKernel<false>>(Op("QueueEnqueueV2")
                                                             .Input("handle: resource")
                                                             .Input("components: Tcomponents")
                                                             .Attr("Tcomponents: list(type) >= 1")
                                                             .Attr("timeout_ms: int = -1")
                                                             .Stateful(),
                                                         kPut)));
  MR_RETURN_IF_ERROR(r.Add(Waiting<EnqueueKernel<false>>(Op("QueueEnqueue")
                                                             .Input("handle: Ref(string)")
                                                             .Input("components: Tcomponents")
                                                             .Attr("Tcomponents: list(type) >= 1")
                                                             .Attr("timeout_ms: int = -1"),
                                                         kPut)));
  MR_RETURN_IF_ERROR(r.Add(Waiting<EnqueueKernel<true>>(Op("QueueEnqueueManyV2")
                                                            .Input("handle: resource")
                                                            .Input("components: Tcomponents")
                                                            .Attr("Tcomponents: list(type) >= 1")
                                                            .Attr("timeout_ms: int = -1")
                                                            .Stateful(),
                                                        kPutMany)));
  MR_RETURN_IF_ERROR(r.Add(Waiting<EnqueueKernel<true>>(Op("QueueEnqueueMany")
                                                            .Input("handle: Ref(string)")
                                                            .Input("components: Tcomponents")
                                                            .Attr("Tcomponents: list(type) >= 1")
                                                            .Attr("timeout_ms: int = -1"),
                                                        kPutMany)));
  MR_RETURN_IF_ERROR(
      r.Add(Waiting<DequeueKernel<TakeMode::kOne>>(Op("QueueDequeueV2")
                                                       .Input("handle: resource")
                                                       .Output("components: component_types")
                                                       .Attr("component_types: list(type) >= 1")
                                                       .Attr("timeout_ms: int = -1")
                                                       .Stateful(),
                                                   kTake)));
  MR_RETURN_IF_ERROR(
      r.Add(Waiting<DequeueKernel<TakeMode::kOne>>(Op("QueueDequeue")
                                                       .Input("handle: Ref(string)")
                                                       .Output("components: component_types")
                                                       .Attr("component_types: list(type) >= 1")
                                                       .Attr("timeout_ms: int = -1"),
                                                   kTake)));
  MR_RETURN_IF_ERROR(
      r.Add(Waiting<DequeueKernel<TakeMode::kMany>>(Op("QueueDequeueManyV2")
                                                        .Input("handle: resource")
                                                        .Input("n: int32")
                                                        .Output("components: component_types")
                                                        .Attr("component_types: list(type) >= 1")
                                                        .Attr("timeout_ms: int = -1")
                                                        .Stateful(),
                                                    kTakeMany)));
  MR_RETURN_IF_ERROR(
      r.Add(Waiting<DequeueKernel<TakeMode::kMany>>(Op("QueueDequeueMany")
                                                        .Input("handle: Ref(string)")
                                                        .Input("n: int32")
                                                        .Output("components: component_types")
                                                        .Attr("component_types: list(type) >= 1")
                                                        .Attr("timeout_ms: int = -1"),
                                                    kTakeMany)));
  MR_RETURN_IF_ERROR(
      r.Add(Waiting<DequeueKernel<TakeMode::kUpTo>>(Op("QueueDequeueUpToV2")
                                                        .Input("handle: resource")
                                                        .Input("n: int32")
                                                        .Output("components: component_types")
                                                        .Attr("component_types: list(type) >= 1")
                                                        .Attr("timeout_ms: int = -1")
                                                        .Stateful(),
                                                    kTakeUpTo)));
  return r.Add(Waiting<DequeueKernel<TakeMode::kUpTo>>(Op("QueueDequeueUpTo")
                                                           .Input("handle: Ref(string)")
                                                           .Input("n: int32")
                                                           .Output("components: component_types")
                                                           .Attr("component_types: list(type) >= 1")
                                                           .Attr("timeout_ms: int = -1"),
                                                       kTakeUpTo));
}

}  // namespace millrace
