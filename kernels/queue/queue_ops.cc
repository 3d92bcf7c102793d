// FIFOQueue, RandomShuffleQueue, PaddingFIFOQueue, PriorityQueue: making, closing and asking them.
// A reference to a queue holds a handle at run time, so one kernel serves both forms of an op.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/named_resource.h"
#include "kernels/queue/queue_resource.h"

namespace millrace {
namespace {

class QueueHandleKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(queue_.Init(c));
    MR_RETURN_IF_ERROR(c.GetAttr("component_types", &options_.dtypes));
    MR_RETURN_IF_ERROR(c.GetAttr("shapes", &options_.shapes));
    MR_RETURN_IF_ERROR(c.GetAttr("capacity", &options_.capacity));
    options_.kind = absl::StrCat(c.op()).substr(0, c.op().find("V2"));
    options_.name = queue_.name();
    options_.shuffled = options_.kind == "RandomShuffleQueue";
    options_.padded = options_.kind == "PaddingFIFOQueue";
    if (options_.shuffled) {
      int64_t seed, seed2;
      MR_RETURN_IF_ERROR(c.GetAttr("min_after_dequeue", &options_.min_after_dequeue));
      MR_RETURN_IF_ERROR(c.GetAttr("seed", &seed));
      MR_RETURN_IF_ERROR(c.GetAttr("seed2", &seed2));
      options_.seed = static_cast<uint64_t>(seed);
      options_.seed2 = static_cast<uint64_t>(seed2);
      if (options_.min_after_dequeue < 0 ||
          (options_.capacity >= 0 && options_.min_after_dequeue >= options_.capacity)) {
        return absl::InvalidArgumentError(
            absl::StrCat("min_after_dequeue ", options_.min_after_dequeue,
                         " must be >= 0 and < capacity ", options_.capacity));
      }
    }
    options_.by_priority = options_.kind == "PriorityQueue";
    if (options_.by_priority) {
      options_.dtypes.insert(options_.dtypes.begin(), DType::kInt64);
      if (!options_.shapes.empty())
        options_.shapes.insert(options_.shapes.begin(), PartialShape::Scalar());
    }
    if (!options_.shapes.empty() && options_.shapes.size() != options_.dtypes.size()) {
      return absl::InvalidArgumentError("shapes must be empty or have one entry a component");
    }
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto queue,
                        queue_.Output(c, [&] { return std::make_shared<Queue>(options_); }));
    const QueueOptions& found = queue->options();
    if (found.dtypes != options_.dtypes || found.kind != options_.kind) {
      return absl::InvalidArgumentError(
          absl::StrCat("shared queue '", options_.name, "' is of another type"));
    }
    if (found.capacity != options_.capacity || !(found.shapes == options_.shapes) ||
        found.min_after_dequeue != options_.min_after_dequeue) {
      return absl::InvalidArgumentError(
          absl::StrCat("shared queue '", options_.name, "' has capacity ", found.capacity,
                       " but requested capacity was ", options_.capacity,
                       ", or its shapes or min_after_dequeue are other ones"));
    }
    return absl::OkStatus();
  }

 private:
  QueueOptions options_;
  NamedResource<Queue> queue_;
};

class QueueCloseKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("cancel_pending_enqueues", &cancel_pending_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto queue, c.resource<Queue>(0));
    return queue->Shut(cancel_pending_);
  }

 private:
  bool cancel_pending_;
};

class QueueSizeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto queue, c.resource<Queue>(0));
    c.set_output(0, Tensor::Scalar<int32_t>(static_cast<int32_t>(queue->size())));
    return absl::OkStatus();
  }
};

class QueueIsClosedKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto queue, c.resource<Queue>(0));
    c.set_output(0, Tensor::Scalar<bool>(queue->closed()));
    return absl::OkStatus();
  }
};

template <typename K>
Op& Finish(Op& op, ShapeFn shape, absl::string_view doc) {
  return op.Doc(doc).Shape(shape).NotDifferentiable().Cpu<K>();
}
}  // namespace

absl::Status RegisterQueueOps(Registry& r) {
  const char* const kFifo = "A queue: first in, first out.";
  const char* const kShuffle = "A queue that gives its elements in random order.";
  const char* const kPadding =
      "A queue whose elements are padded to one shape when many are taken.";
  const char* const kPriority =
      "A queue whose elements have an int64 as a first component; the least comes first.";
  const char* const kClose = "Nothing more may be added.";
  const char* const kSize = "How many elements there are.";
  MR_RETURN_IF_ERROR(r.Add(Finish<QueueHandleKernel>(Op("FIFOQueueV2")
                                                         .Output("handle: resource")
                                                         .Attr("component_types: list(type) >= 1")
                                                         .Attr("shapes: list(shape) >= 0 = []")
                                                         .Attr("capacity: int = -1")
                                                         .Attr("container: string = ''")
                                                         .Attr("shared_name: string = ''")
                                                         .Stateful(),
                                                     ScalarOutputs, kFifo)));
  MR_RETURN_IF_ERROR(r.Add(Finish<QueueHandleKernel>(Op("FIFOQueue")
                                                         .Output("handle: Ref(string)")
                                                         .Attr("component_types: list(type) >= 1")
                                                         .Attr("shapes: list(shape) >= 0 = []")
                                                         .Attr("capacity: int = -1")
                                                         .Attr("container: string = ''")
                                                         .Attr("shared_name: string = ''")
                                                         .Stateful(),
                                                     UnknownOutputs, kFifo)));
  MR_RETURN_IF_ERROR(r.Add(Finish<QueueHandleKernel>(Op("RandomShuffleQueueV2")
                                                         .Output("handle: resource")
                                                         .Attr("component_types: list(type) >= 1")
                                                         .Attr("shapes: list(shape) >= 0 = []")
                                                         .Attr("capacity: int = -1")
                                                         .Attr("min_after_dequeue: int = 0")
                                                         .Attr("seed: int = 0")
                                                         .Attr("seed2: int = 0")
                                                         .Attr("container: string = ''")
                                                         .Attr("shared_name: string = ''")
                                                         .Stateful(),
                                                     ScalarOutputs, kShuffle)));
  MR_RETURN_IF_ERROR(r.Add(Finish<QueueHandleKernel>(Op("RandomShuffleQueue")
                                                         .Output("handle: Ref(string)")
                                                         .Attr("component_types: list(type) >= 1")
                                                         .Attr("shapes: list(shape) >= 0 = []")
                                                         .Attr("capacity: int = -1")
                                                         .Attr("min_after_dequeue: int = 0")
                                                         .Attr("seed: int = 0")
                                                         .Attr("seed2: int = 0")
                                                         .Attr("container: string = ''")
                                                         .Attr("shared_name: string = ''")
                                                         .Stateful(),
                                                     UnknownOutputs, kShuffle)));
  MR_RETURN_IF_ERROR(r.Add(Finish<QueueHandleKernel>(Op("PaddingFIFOQueueV2")
                                                         .Output("handle: resource")
                                                         .Attr("component_types: list(type) >= 1")
                                                         .Attr("shapes: list(shape) >= 0 = []")
                                                         .Attr("capacity: int = -1")
                                                         .Attr("container: string = ''")
                                                         .Attr("shared_name: string = ''")
                                                         .Stateful(),
                                                     ScalarOutputs, kPadding)));
  MR_RETURN_IF_ERROR(r.Add(Finish<QueueHandleKernel>(Op("PaddingFIFOQueue")
                                                         .Output("handle: Ref(string)")
                                                         .Attr("component_types: list(type) >= 1")
                                                         .Attr("shapes: list(shape) >= 0 = []")
                                                         .Attr("capacity: int = -1")
                                                         .Attr("container: string = ''")
                                                         .Attr("shared_name: string = ''")
                                                         .Stateful(),
                                                     UnknownOutputs, kPadding)));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<QueueHandleKernel>(Op("PriorityQueueV2")
                                          .Output("handle: resource")
                                          .Attr("component_types: list(type) >= 0 = []")
                                          .Attr("shapes: list(shape) >= 0")
                                          .Attr("capacity: int = -1")
                                          .Attr("container: string = ''")
                                          .Attr("shared_name: string = ''")
                                          .Stateful(),
                                      ScalarOutputs, kPriority)));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<QueueHandleKernel>(Op("PriorityQueue")
                                          .Output("handle: Ref(string)")
                                          .Attr("component_types: list(type) >= 0 = []")
                                          .Attr("shapes: list(shape) >= 0")
                                          .Attr("capacity: int = -1")
                                          .Attr("container: string = ''")
                                          .Attr("shared_name: string = ''")
                                          .Stateful(),
                                      UnknownOutputs, kPriority)));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<QueueCloseKernel>(Op("QueueCloseV2")
                                         .Input("handle: resource")
                                         .Attr("cancel_pending_enqueues: bool = false")
                                         .Stateful(),
                                     NoOutputs, kClose)));
  MR_RETURN_IF_ERROR(r.Add(Finish<QueueCloseKernel>(
      Op("QueueClose").Input("handle: Ref(string)").Attr("cancel_pending_enqueues: bool = false"),
      NoOutputs, kClose)));
  MR_RETURN_IF_ERROR(r.Add(Finish<QueueSizeKernel>(
      Op("QueueSizeV2").Input("handle: resource").Output("size: int32").Stateful(), ScalarOutputs,
      kSize)));
  MR_RETURN_IF_ERROR(r.Add(Finish<QueueSizeKernel>(
      Op("QueueSize").Input("handle: Ref(string)").Output("size: int32"), UnknownOutputs, kSize)));
  MR_RETURN_IF_ERROR(r.Add(Finish<QueueIsClosedKernel>(
      Op("QueueIsClosed").Input("handle: Ref(string)").Output("is_closed: bool"), ScalarOutputs,
      "True if the queue is closed.")));
  return r.Add(Finish<QueueIsClosedKernel>(
      Op("QueueIsClosedV2").Input("handle: resource").Output("is_closed: bool").Stateful(),
      ScalarOutputs, "True if the queue is closed."));
}

}  // namespace millrace
