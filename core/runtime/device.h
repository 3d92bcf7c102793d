// Device: where kernels run and tensors live.
#ifndef MILLRACE_CORE_RUNTIME_DEVICE_H_
#define MILLRACE_CORE_RUNTIME_DEVICE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/graph/device_info.h"
#include "core/graph/device_name.h"
#include "core/runtime/resource.h"
#include "core/tensor/allocator.h"
#include "core/tensor/tensor.h"

namespace millrace {

class Kernel;
class KernelContext;
class ThreadPool;

// Thread-safe. A device executes in order what is launched on it; for a device with queues of its
// own, Launch and the copies return when the work is enqueued, and tensors they name are valid on
// the device's queue, not yet on the host.
class Device {
 public:
  Device(DeviceName name, uint64_t incarnation);
  virtual ~Device() = default;

  const DeviceName& name() const { return name_; }
  const std::string& full_name() const { return full_name_; }
  const std::string& type() const { return *name_.type; }
  uint64_t incarnation() const { return incarnation_; }
  ResourceManager& resources() { return *resources_; }

  virtual Allocator* allocator() = 0;   // the device's memory
  virtual Allocator* host_allocator();  // memory good for copies to and from it
  virtual ThreadPool* pool() = 0;       // compute threads a CPU kernel may shard over
  // True if tensors live in host memory and kernels have finished when Launch returns.
  virtual bool is_host() const { return true; }

  // Runs (or enqueues) a kernel that is not an AsyncKernel.
  virtual absl::Status Launch(Kernel& kernel, KernelContext& context);
  // `done` runs when the bytes have arrived. Host devices: immediate, sharing memory.
  using CopyDone = absl::AnyInvocable<void(absl::StatusOr<Tensor>)>;
  virtual void CopyToHost(const Tensor& tensor, CopyDone done);
  virtual void CopyFromHost(const Tensor& tensor, CopyDone done);
  // `done` runs when all that was launched before has finished, with the first error of it.
  virtual void Sync(absl::AnyInvocable<void(absl::Status)> done);

 private:
  const DeviceName name_;
  const std::string full_name_;
  const uint64_t incarnation_;
  std::unique_ptr<ResourceManager> resources_;
};

// The host CPU. `pool` must outlive it.
std::unique_ptr<Device> NewCpuDevice(DeviceName name, uint64_t incarnation, ThreadPool* pool);

// The devices of one task. Immutable after Create; thread-safe.
class DeviceSet {
 public:
  explicit DeviceSet(std::vector<std::unique_ptr<Device>> devices);
  // One CPU device named /job:JOB/replica:0/task:TASK/device:CPU:0 over the process's compute pool.
  static std::shared_ptr<DeviceSet> Local(absl::string_view job = "localhost", int task = 0);

  const std::vector<Device*>& devices() const { return view_; }
  Device* host() const { return view_[0]; }         // the CPU
  Device* Find(absl::string_view full_name) const;  // null if none
  std::vector<DeviceInfo> Infos() const;

 private:
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<Device*> view_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_DEVICE_H_
