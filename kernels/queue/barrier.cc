// Barrier and its ops: tuples that are put together by key from components that come one by one. A
// reference to a barrier holds a handle at run time.
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/resource.h"
#include "core/runtime/step.h"
#include "kernels/array/int_args.h"
#include "kernels/array/stack_tensors.h"
#include "kernels/queue/monitor.h"

namespace millrace {
namespace {

struct BarrierOptions {
  std::string name;
  std::vector<DType> dtypes;
  std::vector<PartialShape> shapes;  // one a component, known
};

// What has come of one key.
struct BarrierElement {
  std::string key;
  std::vector<Tensor> components;  // uninitialised where none has come
  size_t missing = 0;
};

struct BarrierState {
  // The insertion in which a key was seen first, of those that brought new ones, and its place
  // there.
  using Order = std::pair<int64_t, int64_t>;
  absl::flat_hash_map<std::string, std::pair<Order, BarrierElement>> incomplete;
  std::map<Order, BarrierElement> ready;
  int64_t insertion = INT64_MIN;
  bool closed = false;     // to keys that are new
  bool cancelled = false;  // to all

  // How many elements there can be yet if nothing new may come.
  size_t expected() const { return ready.size() + incomplete.size(); }
};

// Thread-safe.
class BarrierResource final : public Resource {
 public:
  static constexpr char kTypeName[] = "Barrier";
  absl::string_view type_name() const override { return kTypeName; }
  void Close() override { monitor.Close(); }

  explicit BarrierResource(BarrierOptions o) : options(std::move(o)) {}

  const BarrierOptions options;
  Monitor<BarrierState> monitor;
};

class BarrierKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string container;
    int64_t capacity;
    MR_RETURN_IF_ERROR(c.GetAttr("container", &container));
    MR_RETURN_IF_ERROR(c.GetAttr("shared_name", &options_.name));
    MR_RETURN_IF_ERROR(c.GetAttr("component_types", &options_.dtypes));
    MR_RETURN_IF_ERROR(c.GetAttr("shapes", &options_.shapes));
    MR_RETURN_IF_ERROR(c.GetAttr("capacity", &capacity));
    if (options_.name.empty()) options_.name = c.node_name();
    if (capacity != -1) {
      return absl::InvalidArgumentError(
          absl::StrCat("Barrier only accepts capacity=-1, not ", capacity,
                       ". Feed the inputs to your Barrier through a queue to limit it."));
    }
    if (options_.shapes.size() != options_.dtypes.size())
      return absl::InvalidArgumentError("shapes must have one entry a component");
    for (const PartialShape& shape : options_.shapes) {
      if (!shape.fully_defined()) {
        return absl::InvalidArgumentError(absl::StrCat(
            "the shapes of a barrier's components must be known, not ", shape.ToString()));
      }
    }
    handle_ = Tensor::Scalar<ResourceHandle>(
        c.device()->resources().MakeHandle(container, options_.name, BarrierResource::kTypeName));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto barrier,
                        c.resources().LookupOrCreate<BarrierResource>(
                            handle_.scalar<ResourceHandle>(),
                            [&]() -> absl::StatusOr<std::shared_ptr<BarrierResource>> {
                              return std::make_shared<BarrierResource>(options_);
                            }));
    if (barrier->options.dtypes != options_.dtypes || barrier->options.shapes != options_.shapes) {
      return absl::InvalidArgumentError(absl::StrCat("shared barrier '", options_.name,
                                                     "' has components of other types or shapes"));
    }
    c.set_output(0, handle_);
    return absl::OkStatus();
  }

 private:
  BarrierOptions options_;
  Tensor handle_;
};

class BarrierInsertManyKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("component_index", &component_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto barrier, c.resource<BarrierResource>(0));
    const Tensor& keys = c.input(1);
    MR_RETURN_IF_ERROR(Check(barrier->options, keys, c.input(2)));
    MR_ASSIGN_OR_RETURN(const Tensor values, c.input(2).Owned());
    Shape shape = values.shape();
    shape.RemoveDim(0);
    return barrier->monitor.Change([&](BarrierState& s) -> absl::Status {
      const size_t before = s.incomplete.size() + s.ready.size();
      for (int64_t k = 0; k < keys.dim(0); ++k) {
        MR_ASSIGN_OR_RETURN(Tensor value, values.Slice(k, k + 1).Reshaped(shape));
        MR_RETURN_IF_ERROR(
            Insert(barrier->options, keys.data<std::string>()[k], k, std::move(value), &s));
      }
      if (s.incomplete.size() + s.ready.size() > before) ++s.insertion;
      return absl::OkStatus();
    });
  }

 private:
  absl::Status Check(const BarrierOptions& o, const Tensor& keys, const Tensor& values) const {
    if (component_ < 0 || component_ >= static_cast<int64_t>(o.dtypes.size())) {
      return absl::InvalidArgumentError(
          absl::StrCat("The component ID is out of range ", component_,
                       " > num_components (= ", o.dtypes.size(), ")"));
    }
    const auto i = static_cast<size_t>(component_);
    if (values.dtype() != o.dtypes[i]) {
      return absl::InvalidArgumentError(absl::StrCat("component ", i, " of barrier '", o.name,
                                                     "' is ", DTypeName(o.dtypes[i]), ", not ",
                                                     DTypeName(values.dtype())));
    }
    if (keys.rank() != 1 || values.rank() < 1 || values.dim(0) != keys.dim(0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("keys must be a vector, and values must have as many rows, but are ",
                       keys.shape().ToString(), " and ", values.shape().ToString()));
    }
    Shape shape = values.shape();
    shape.RemoveDim(0);
    if (!o.shapes[i].IsCompatibleWith(shape)) {
      return absl::InvalidArgumentError(absl::StrCat("component ", i, " of barrier '", o.name,
                                                     "' has shape ", o.shapes[i].ToString(),
                                                     ", not ", shape.ToString()));
    }
    return absl::OkStatus();
  }

  absl::Status Insert(const BarrierOptions& o, const std::string& key, int64_t place, Tensor value,
                      BarrierState* s) const {
    if (s->cancelled) {
      return absl::CancelledError(
          absl::StrCat("Barrier '", o.name, "' is closed. Pending enqueues cancelled: ", key));
    }
    auto found = s->incomplete.find(key);
    if (found == s->incomplete.end()) {
      if (s->closed) {
        return absl::CancelledError(absl::StrCat(
            "Barrier '", o.name, "' is closed, but attempted to insert a brand new key: ", key));
      }
      BarrierElement element = {key, std::vector<Tensor>(o.dtypes.size()), o.dtypes.size()};
      found = s->incomplete
                  .emplace(key, std::make_pair(BarrierState::Order(s->insertion, place),
                                               std::move(element)))
                  .first;
    }
    BarrierElement& element = found->second.second;
    Tensor& component = element.components[static_cast<size_t>(component_)];
    if (component.initialized()) {
      return absl::InvalidArgumentError(absl::StrCat("Key ", key,
                                                     " already has a value for component ",
                                                     component_, " in barrier '", o.name, "'"));
    }
    component = std::move(value);
    if (--element.missing == 0) {
      s->ready.emplace(found->second.first, std::move(element));
      s->incomplete.erase(found);
    }
    return absl::OkStatus();
  }

  int64_t component_ = 0;
};

class BarrierTakeManyKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("allow_small_batch", &allow_small_);
  }

  void ComputeAsync(KernelContext& c, Done done) override {
    absl::StatusOr<std::shared_ptr<BarrierResource>> barrier = c.resource<BarrierResource>(0);
    if (!barrier.ok()) return done(barrier.status());
    const absl::StatusOr<int64_t> n = Count(c, (*barrier)->options);
    if (!n.ok()) return done(n.status());
    auto taken = std::make_shared<Taken>();
    BarrierResource* b = barrier->get();
    b->monitor.Submit(
        c.step().cancellation,
        [this, b, taken, n = static_cast<size_t>(*n)](BarrierState& s)
            -> std::optional<absl::Status> { return Take(*b, n, &s, taken.get()); },
        [&c, taken, barrier = *std::move(barrier),
         done = std::move(done)](absl::Status status) mutable {
          done(status.ok() ? SetOutputs(c, barrier->options, std::move(*taken))
                           : std::move(status));
        });
  }

 private:
  using Taken = std::vector<std::pair<BarrierState::Order, BarrierElement>>;

  static absl::StatusOr<int64_t> Count(KernelContext& c, const BarrierOptions& o) {
    bool fits = static_cast<size_t>(c.num_outputs()) == 2 + o.dtypes.size();
    for (size_t i = 0; fits && i < o.dtypes.size(); ++i)
      fits = c.output_type(static_cast<int>(2 + i)) == o.dtypes[i];
    if (!fits) {
      return absl::InvalidArgumentError(absl::StrCat("the components of barrier '", o.name,
                                                     "' have other types than those asked for"));
    }
    if (c.input(1).rank() != 0)
      return absl::InvalidArgumentError(
          absl::StrCat("num_elements must be a scalar, not ", c.input(1).shape().ToString()));
    MR_ASSIGN_OR_RETURN(const int64_t n, IntArg(c.input(1), "num_elements"));
    if (n < 0) return absl::InvalidArgumentError(absl::StrCat("num_elements ", n, " < 0"));
    return n;
  }

  std::optional<absl::Status> Take(const BarrierResource& barrier, size_t n, BarrierState* s,
                                   Taken* taken) const {
    if (s->closed && s->expected() < n) {
      if (!allow_small_ || s->expected() == 0) {
        return absl::OutOfRangeError(
            absl::StrCat("Barrier '", barrier.options.name,
                         "' is closed and has insufficient elements (requested ", n,
                         ", total size ", s->expected(), ")"));
      }
      n = s->expected();
    }
    if (s->ready.size() < n) return std::nullopt;
    for (; n > 0; --n) {
      const auto first = s->ready.begin();
      taken->emplace_back(first->first, std::move(first->second));
      s->ready.erase(first);
    }
    return absl::OkStatus();
  }

  static absl::Status SetOutputs(KernelContext& c, const BarrierOptions& o, Taken taken) {
    const auto n = static_cast<int64_t>(taken.size());
    Tensor *orders, *keys;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({n}), &orders));
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({n}), &keys));
    for (int64_t k = 0; k < n; ++k) {
      orders->mutable_data<int64_t>()[k] = taken[k].first.first;
      keys->mutable_data<std::string>()[k] = std::move(taken[k].second.key);
    }
    for (size_t i = 0; i < o.dtypes.size(); ++i) {
      std::vector<Tensor> rows;
      for (auto& [order, element] : taken) rows.push_back(std::move(element.components[i]));
      absl::StatusOr<Tensor> stacked = rows.empty() ? NoRows(o, i) : StackTensors(rows);
      if (!stacked.ok()) return stacked.status();
      c.set_output(static_cast<int>(2 + i), *std::move(stacked));
    }
    return absl::OkStatus();
  }

  static absl::StatusOr<Tensor> NoRows(const BarrierOptions& o, size_t i) {
    DimVector dims = {0};
    dims.insert(dims.end(), o.shapes[i].dims().begin(), o.shapes[i].dims().end());
    return Tensor::CreateZeros(o.dtypes[i], Shape(dims));
  }

  bool allow_small_ = false;
};

class BarrierCloseKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("cancel_pending_enqueues", &cancel_pending_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto barrier, c.resource<BarrierResource>(0));
    return barrier->monitor.Change([&](BarrierState& s) -> absl::Status {
      if (s.closed && (s.cancelled || !cancel_pending_)) {
        return absl::CancelledError(
            absl::StrCat("Barrier '", barrier->options.name, "' is already closed."));
      }
      s.closed = true;
      s.cancelled = cancel_pending_;
      if (cancel_pending_) s.incomplete.clear();
      return absl::OkStatus();
    });
  }

 private:
  bool cancel_pending_ = false;
};

template <bool kReady>
class BarrierSizeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto barrier, c.resource<BarrierResource>(0));
    const size_t size = barrier->monitor.Change(
        [](BarrierState& s) { return kReady ? s.ready.size() : s.incomplete.size(); });
    c.set_output(0, Tensor::Scalar<int32_t>(static_cast<int32_t>(size)));
    return absl::OkStatus();
  }
};

}  // namespace

absl::Status RegisterBarrier(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Barrier")
                               .Output("handle: Ref(string)")
                               .Attr("component_types: list(type) >= 1")
                               .Attr("shapes: list(shape) >= 0 = []")
                               .Attr("capacity: int = -1")
                               .Attr("container: string = ''")
                               .Attr("shared_name: string = ''")
                               .Stateful()
                               .Doc("A barrier: tuples put together by key; those that are whole "
                                    "are taken in the order in which their keys came.")
                               .Shape(UnknownOutputs)
                               .NotDifferentiable()
                               .Cpu<BarrierKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("BarrierInsertMany")
                .Input("handle: Ref(string)")
                .Input("keys: string")
                .Input("values: T")
                .Attr("T: type")
                .Attr("component_index: int")
                .Doc("The rows of `values` as component component_index of the tuples of `keys`.")
                .Shape(NoOutputs)
                .NotDifferentiable()
                .Cpu<BarrierInsertManyKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("BarrierTakeMany")
                .Input("handle: Ref(string)")
                .Input("num_elements: int32")
                .Output("indices: int64")
                .Output("keys: string")
                .Output("values: component_types")
                .Attr("component_types: list(type) >= 1")
                .Attr("allow_small_batch: bool = false")
                .Attr("wait_for_incomplete: bool = false")
                .Attr("timeout_ms: int = -1")
                .MayWait()
                .Doc("Takes so many whole tuples, stacked; waits for them. OUT_OF_RANGE when the "
                     "barrier is closed and they cannot come, but for small batches, of what is "
                     "left.\nindices: numbers that rise in the order of the keys; those that were "
                     "inserted at once have one. wait_for_incomplete has no effect.")
                .Shape(UnknownOutputs)
                .NotDifferentiable()
                .Cpu<BarrierTakeManyKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("BarrierClose")
                .Input("handle: Ref(string)")
                .Attr("cancel_pending_enqueues: bool = false")
                .Doc("No new keys may be added, or, if pending ones are cancelled, nothing at all.")
                .Shape(NoOutputs)
                .NotDifferentiable()
                .Cpu<BarrierCloseKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("BarrierReadySize")
                               .Input("handle: Ref(string)")
                               .Output("size: int32")
                               .Doc("How many tuples are whole.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<BarrierSizeKernel<true>>()));
  return r.Add(Op("BarrierIncompleteSize")
                   .Input("handle: Ref(string)")
                   .Output("size: int32")
                   .Doc("How many tuples lack components.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<BarrierSizeKernel<false>>());
}

}  // namespace millrace
