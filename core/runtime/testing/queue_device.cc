#include "core/runtime/testing/queue_device.h"

#include <cstring>
#include <utility>
#include <vector>

#include "core/base/status.h"

namespace millrace {
namespace {

// An address with this bit set is not canonical on x86-64: the processor refuses it.
constexpr uintptr_t kDeviceBit = uintptr_t{1} << 62;

void* Flip(const void* address) {
  return reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(address) ^ kDeviceBit);
}

class QueueAllocator final : public Allocator {
 public:
  absl::string_view name() const override { return "queue"; }
  void* Allocate(size_t size) override {
    void* memory = SystemAllocator()->Allocate(size);
    return memory != nullptr ? Flip(memory) : nullptr;
  }
  void Deallocate(void* data, size_t size) override {
    SystemAllocator()->Deallocate(Flip(data), size);
  }
  bool host_accessible() const override { return false; }
};

}  // namespace

QueueDevice::QueueDevice(DeviceName name, uint64_t incarnation, ThreadPool* pool)
    : Device(std::move(name), incarnation), pool_(pool), thread_([this] { Loop(); }) {}

QueueDevice::~QueueDevice() {
  {
    MutexLock lock(&mu_);
    closing_ = true;
    paused_ = false;
    changed_.SignalAll();
  }
  thread_.join();
}

Allocator* QueueDevice::allocator() {
  static QueueAllocator* const allocator = new QueueAllocator;
  return allocator;
}

void* QueueDevice::HostAddress(const Tensor& tensor) {
  return tensor.buffer() != nullptr ? Flip(tensor.raw_data()) : nullptr;
}

void QueueDevice::Enqueue(absl::AnyInvocable<absl::Status()> work) {
  MutexLock lock(&mu_);
  work_.push_back(std::move(work));
  changed_.SignalAll();
}

void QueueDevice::Pause() {
  MutexLock lock(&mu_);
  paused_ = true;
}

void QueueDevice::Resume() {
  MutexLock lock(&mu_);
  paused_ = false;
  changed_.SignalAll();
}

int QueueDevice::num_pending() {
  MutexLock lock(&mu_);
  return static_cast<int>(work_.size());
}

void QueueDevice::Loop() {
  for (;;) {
    absl::AnyInvocable<absl::Status()> work;
    {
      MutexLock lock(&mu_);
      while (work_.empty() ? !closing_ : paused_) changed_.Wait(&mu_);
      if (work_.empty()) return;
      work = std::move(work_.front());
      work_.pop_front();
    }
    absl::Status status = work();
    if (error_.ok()) error_ = std::move(status);
  }
}

absl::Status QueueDevice::TakeError() { return std::exchange(error_, absl::OkStatus()); }

void QueueDevice::CopyToHost(const Tensor& tensor, CopyDone done) {
  Enqueue([this, tensor, done = std::move(done)]() mutable {
    if (absl::Status error = TakeError(); !error.ok()) {
      done(std::move(error));
      return absl::OkStatus();
    }
    absl::StatusOr<Tensor> copy = Tensor::Create(tensor.dtype(), tensor.shape());
    if (copy.ok() && tensor.buffer() != nullptr) {
      std::memcpy(copy->mutable_raw_data(), HostAddress(tensor), tensor.bytes());
    }
    done(std::move(copy));
    return absl::OkStatus();
  });
}

void QueueDevice::CopyFromHost(const Tensor& tensor, CopyDone done) {
  Enqueue([this, tensor, done = std::move(done)]() mutable {
    absl::StatusOr<Tensor> copy = Tensor::Create(allocator(), tensor.dtype(), tensor.shape());
    if (copy.ok() && copy->buffer() != nullptr) {
      std::memcpy(HostAddress(*copy), tensor.raw_data(), tensor.bytes());
    }
    done(std::move(copy));
    return absl::OkStatus();
  });
}

void QueueDevice::Sync(absl::AnyInvocable<void(absl::Status)> done) {
  Enqueue([this, done = std::move(done)]() mutable {
    done(TakeError());
    return absl::OkStatus();
  });
}

std::shared_ptr<DeviceSet> DevicesWithQueue() {
  std::vector<std::unique_ptr<Device>> devices;
  DeviceName name;
  name.job = "localhost";
  name.replica = 0;
  name.task = 0;
  name.type = "CPU";
  name.id = 0;
  devices.push_back(NewCpuDevice(name, /*incarnation=*/11, ComputePool()));
  name.type = "QUEUE";
  devices.push_back(std::make_unique<QueueDevice>(name, /*incarnation=*/12, ComputePool()));
  return std::make_shared<DeviceSet>(std::move(devices));
}

}  // namespace millrace
