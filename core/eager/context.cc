#include "core/eager/context.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/mutex.h"
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/eager/eager_op.h"
#include "core/graph/device_name.h"
#include "core/runtime/rendezvous.h"
#include "core/runtime/step.h"

namespace millrace {
namespace {

// Programs use some hundred distinct ops; a loop over ever new attributes must not fill memory.
constexpr size_t kMaxCachedOps = 4096;

// What a prepared op was asked for by.
struct CachedOp {
  std::string op;
  DTypeVector input_types;
  AttrMap attrs;  // as given
  Device* device;
  std::shared_ptr<const EagerOp> prepared;
};

}  // namespace

struct EagerContext::Impl {
  // Finds by hash, then by comparison.
  std::shared_ptr<const EagerOp> Find(uint64_t hash, absl::string_view op,
                                      absl::Span<const DType> types, const AttrMap& attrs,
                                      Device* device) {
    MutexLock lock(&mu);
    auto bucket = cache.find(hash);
    if (bucket == cache.end()) return nullptr;
    for (const CachedOp& c : bucket->second) {
      if (c.op == op && c.device == device && absl::MakeConstSpan(c.input_types) == types &&
          c.attrs == attrs) {
        return c.prepared;
      }
    }
    return nullptr;
  }

  void Insert(uint64_t hash, CachedOp op) {
    MutexLock lock(&mu);
    if (num_cached >= kMaxCachedOps) DropStateless();
    cache[hash].push_back(std::move(op));
    ++num_cached;
  }

  // A stateful op's kernel may hold where its sequence of numbers stands.
  void DropStateless() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    decltype(cache) kept;
    num_cached = 0;
    for (auto& [hash, bucket] : cache) {
      for (CachedOp& c : bucket) {
        if (!c.prepared->schema().is_stateful) continue;
        kept[hash].push_back(std::move(c));
        ++num_cached;
      }
    }
    cache = std::move(kept);
  }

  LocalRendezvous rendezvous;
  Cancellation never;
  const uint64_t step_id = RandomId();

  Mutex mu;
  size_t num_cached ABSL_GUARDED_BY(mu) = 0;
  absl::flat_hash_map<Device*, std::unique_ptr<FunctionRuntime>> functions ABSL_GUARDED_BY(mu);
  // Kernels may refer to the function runtimes, so they go first.
  absl::flat_hash_map<uint64_t, absl::InlinedVector<CachedOp, 1>> cache ABSL_GUARDED_BY(mu);
};

EagerContext::EagerContext(const Registry* registry, std::shared_ptr<DeviceSet> devices,
                           std::shared_ptr<FunctionLibrary> library)
    : registry_(registry),
      devices_(std::move(devices)),
      library_(library != nullptr ? std::move(library) : std::make_shared<FunctionLibrary>()),
      impl_(std::make_unique<Impl>()) {}

EagerContext::~EagerContext() {
  StepContext step;
  step.step_id = impl_->step_id;
  for (Device* device : devices_->devices()) device->resources().Clear(step.container());
}

FunctionRuntime* EagerContext::functions(Device* device) {
  MutexLock lock(&impl_->mu);
  auto& runtime = impl_->functions[device];
  if (runtime == nullptr) {
    runtime = std::make_unique<FunctionRuntime>(library_, registry_, device);
  }
  return runtime.get();
}

absl::StatusOr<Device*> EagerContext::ChooseDevice(absl::Span<const Tensor> inputs,
                                                   absl::string_view device) {
  if (device.empty()) {
    for (const Tensor& input : inputs) {
      if (input.dtype() != DType::kResource || input.num_elements() != 1) continue;
      if (Device* owner = devices_->Find(input.scalar<ResourceHandle>().device)) return owner;
    }
    return devices_->host();
  }
  if (Device* exact = devices_->Find(device)) return exact;
  MR_ASSIGN_OR_RETURN(const DeviceName wanted, DeviceName::Parse(device));
  std::vector<std::string> names;
  for (Device* candidate : devices_->devices()) {
    if (wanted.Matches(candidate->name())) return candidate;
    names.push_back(candidate->full_name());
  }
  return absl::NotFoundError(
      absl::StrCat("There is no device '", device, "'; there are ", absl::StrJoin(names, ", ")));
}

absl::StatusOr<std::shared_ptr<const EagerOp>> EagerContext::Prepare(
    absl::string_view op, absl::Span<const DType> input_types, const AttrMap& attrs,
    Device* device) {
  const uint64_t hash = absl::HashOf(op, input_types, attrs.Hash(), device);
  if (auto found = impl_->Find(hash, op, input_types, attrs, device)) return found;
  const OpSchema* schema = registry_->Find(op);
  AttrMap call = attrs;
  if (schema == nullptr) {
    // A function by its own name is a call of it.
    const auto function = library_->Find(op);
    if (function == nullptr) return registry_->Lookup(op).status();
    std::vector<DType> types;
    for (const ArgDef& output : function->signature.outputs) types.push_back(output.type);
    call = {{"f", FunctionRef{std::string(op), std::make_shared<const AttrMap>(attrs)}},
            {"Tout", std::move(types)}};
    MR_ASSIGN_OR_RETURN(
        schema, registry_->Lookup(function->signature.is_stateful ? "StatefulPartitionedCall"
                                                                  : "PartitionedCall"));
  }
  MR_ASSIGN_OR_RETURN(auto prepared, EagerOp::Create(*registry_, *schema, input_types,
                                                     std::move(call), device, functions(device)));
  impl_->Insert(hash, {std::string(op), DTypeVector(input_types.begin(), input_types.end()), attrs,
                       device, prepared});
  return prepared;
}

absl::StatusOr<std::vector<Tensor>> EagerContext::Run(const EagerOp& op, absl::Span<Tensor> inputs,
                                                      Cancellation* cancellation) {
  StepContext step;
  step.step_id = impl_->step_id;
  step.rendezvous = &impl_->rendezvous;
  step.cancellation = cancellation != nullptr ? cancellation : &impl_->never;
  return RunEagerOp(op, &step, inputs);
}

absl::StatusOr<std::vector<Tensor>> EagerContext::Execute(absl::string_view op,
                                                          absl::Span<const Tensor> inputs,
                                                          const AttrMap& attrs,
                                                          absl::string_view device,
                                                          Cancellation* cancellation) {
  MR_ASSIGN_OR_RETURN(Device * chosen, ChooseDevice(inputs, device));
  DTypeVector types;
  for (const Tensor& input : inputs) types.push_back(input.dtype());
  MR_ASSIGN_OR_RETURN(const auto prepared, Prepare(op, types, attrs, chosen));
  absl::InlinedVector<Tensor, 4> values(inputs.begin(), inputs.end());
  return Run(*prepared, absl::MakeSpan(values), cancellation);
}

}  // namespace millrace
