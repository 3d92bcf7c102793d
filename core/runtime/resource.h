// Resources: state that outlives a step (variables, queues, tables, iterators), owned by a device's
// ResourceManager.
#ifndef MILLRACE_CORE_RUNTIME_RESOURCE_H_
#define MILLRACE_CORE_RUNTIME_RESOURCE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/base/mutex.h"
#include "core/tensor/resource_handle.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Subclasses define `static constexpr char kTypeName[]` and are thread-safe.
class Resource {
 public:
  virtual ~Resource() = default;
  virtual absl::string_view type_name() const = 0;
  virtual std::string DebugString() const { return std::string(type_name()); }
  virtual int64_t MemoryUsed() const { return 0; }
  // Called when it is taken out of its manager, or the manager closes: whoever waits on it is woken
  // with CANCELLED.
  virtual void Close() {}
};

// Thread-safe. Resources are keyed by (container, type, name).
class ResourceManager {
 public:
  ResourceManager(std::string device, uint64_t incarnation,
                  std::string default_container = "localhost")
      : device_(std::move(device)),
        incarnation_(incarnation),
        default_container_(std::move(default_container)) {}
  ~ResourceManager();

  const std::string& device() const { return device_; }
  uint64_t incarnation() const { return incarnation_; }
  const std::string& default_container() const { return default_container_; }

  // A handle for a resource that lives (or will live) here.
  ResourceHandle MakeHandle(absl::string_view container, absl::string_view name,
                            absl::string_view type_name) const;

  // ALREADY_EXISTS if there is one.
  absl::Status Create(absl::string_view container, absl::string_view name,
                      std::shared_ptr<Resource> resource);
  // NOT_FOUND ("Resource localhost/w/Var does not exist"), or FAILED_PRECONDITION as the subclass's
  // kernel decides; ABORTED for a handle of another incarnation of this device, INVALID_ARGUMENT
  // for one of another device or type.
  template <typename T>
  absl::StatusOr<std::shared_ptr<T>> Lookup(const ResourceHandle& handle) const {
    auto found = LookupUntyped(handle, T::kTypeName);
    if (!found.ok()) return found.status();
    return std::static_pointer_cast<T>(*std::move(found));
  }
  template <typename T>
  absl::StatusOr<std::shared_ptr<T>> Lookup(absl::string_view container,
                                            absl::string_view name) const {
    return Lookup<T>(MakeHandle(container, name, T::kTypeName));
  }
  // `create` runs under the manager's lock: it must not call back into the manager.
  template <typename T>
  absl::StatusOr<std::shared_ptr<T>> LookupOrCreate(
      const ResourceHandle& handle,
      const std::function<absl::StatusOr<std::shared_ptr<T>>()>& create) {
    auto found = LookupOrCreateUntyped(handle, T::kTypeName,
                                       [&]() -> absl::StatusOr<std::shared_ptr<Resource>> {
                                         auto made = create();
                                         if (!made.ok()) return made.status();
                                         return std::shared_ptr<Resource>(*std::move(made));
                                       });
    if (!found.ok()) return found.status();
    return std::static_pointer_cast<T>(*std::move(found));
  }
  // NOT_FOUND if there is none.
  absl::Status Delete(const ResourceHandle& handle);
  // All of a container (Session.reset, end of a step's container). OK if it is empty.
  void Clear(absl::string_view container);
  // Every container.
  void ClearAll();

  // (container/type/name, bytes) of what lives here, sorted.
  std::vector<std::pair<std::string, int64_t>> List() const;

 private:
  absl::Status CheckHandle(const ResourceHandle& handle, absl::string_view type_name) const;
  absl::StatusOr<std::shared_ptr<Resource>> LookupUntyped(const ResourceHandle& handle,
                                                          absl::string_view type_name) const;
  absl::StatusOr<std::shared_ptr<Resource>> LookupOrCreateUntyped(
      const ResourceHandle& handle, absl::string_view type_name,
      const std::function<absl::StatusOr<std::shared_ptr<Resource>>()>& create);

  using Key = std::pair<std::string, std::string>;  // type, name
  const std::string device_;
  const uint64_t incarnation_;
  const std::string default_container_;
  mutable Mutex mu_;
  absl::flat_hash_map<std::string, absl::flat_hash_map<Key, std::shared_ptr<Resource>>> containers_
      ABSL_GUARDED_BY(mu_);
};

// A variable: one tensor, read by snapshot and updated under its mutex (docs/memory-model.md).
class Variable final : public Resource {
 public:
  static constexpr char kTypeName[] = "Var";
  absl::string_view type_name() const override { return kTypeName; }
  std::string DebugString() const override;
  int64_t MemoryUsed() const override;

  // A reference to the current value; later updates copy rather than change what was handed out. An
  // uninitialised tensor if nothing was assigned yet.
  Tensor Read() const {
    MutexLock lock(&mu_);
    return value_;
  }
  bool initialized() const {
    MutexLock lock(&mu_);
    return value_.initialized();
  }
  // `value` must own its memory (Tensor::Owned).
  void Assign(Tensor value) {
    MutexLock lock(&mu_);
    value_ = std::move(value);
  }
  // Runs `update` with the mutex held on the value, private to this variable (copied first if
  // readers hold it). FAILED_PRECONDITION if uninitialised.
  absl::Status Update(absl::FunctionRef<absl::Status(Tensor& value)> update);

  // For kernels that update several variables at once: lock in address order, then use value() and
  // MakePrivate.
  Mutex& mu() const ABSL_LOCK_RETURNED(mu_) { return mu_; }
  Tensor& value() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return value_; }
  absl::Status MakePrivate() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

 private:
  mutable Mutex mu_;
  Tensor value_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_RESOURCE_H_
