// QueueDevice: a device for tests that behaves like an accelerator: memory of its own, and a queue
// that works on its own thread.
#ifndef MILLRACE_CORE_RUNTIME_TESTING_QUEUE_DEVICE_H_
#define MILLRACE_CORE_RUNTIME_TESTING_QUEUE_DEVICE_H_

#include <deque>
#include <functional>
#include <memory>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "core/base/mutex.h"
#include "core/base/thread_pool.h"
#include "core/graph/registry.h"
#include "core/runtime/device.h"

namespace millrace {

// Of type "QUEUE". Thread-safe. Addresses of its memory mean nothing to the host: a program that
// reads or writes them dies at once. Kernels get at the bytes, in the queue only, through
// HostAddress.
class QueueDevice final : public Device {
 public:
  QueueDevice(DeviceName name, uint64_t incarnation, ThreadPool* pool);
  ~QueueDevice() override;  // after all that is queued has run

  Allocator* allocator() override;
  ThreadPool* pool() override { return pool_; }
  bool is_host() const override { return false; }
  void CopyToHost(const Tensor& tensor, CopyDone done) override;
  void CopyFromHost(const Tensor& tensor, CopyDone done) override;
  void Sync(absl::AnyInvocable<void(absl::Status)> done) override;

  // Where the bytes of a tensor of this device are.
  static void* HostAddress(const Tensor& tensor);

  // Appends work. Returns at once. The first error stays until a Sync or a copy to the host reports
  // it.
  void Enqueue(absl::AnyInvocable<absl::Status()> work);
  // Keeps the queue from taking up further work, until Resume.
  void Pause();
  void Resume();
  int num_pending();

 private:
  void Loop();
  absl::Status TakeError();

  ThreadPool* const pool_;
  Mutex mu_;
  CondVar changed_;
  bool paused_ ABSL_GUARDED_BY(mu_) = false;
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  std::deque<absl::AnyInvocable<absl::Status()>> work_ ABSL_GUARDED_BY(mu_);
  absl::Status error_;  // of the queue's thread only
  std::thread thread_;
};

// Kernels on the device for TestNeg, TestAdd and TestConst (test_ops.h), `_Send`, `_Recv` and NoOp,
// and two ops more: TestScale (x times a factor that it wants in host memory; also on the CPU) and
// TestQueueFail (x, with an error when the queue comes to it). RegisterTestOps and
// RegisterControlFlowKernels come first.
absl::Status RegisterQueueKernels(Registry& r);

// A CPU and a queue device, /job:localhost/replica:0/task:0/device:QUEUE:0.
std::shared_ptr<DeviceSet> DevicesWithQueue();

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_TESTING_QUEUE_DEVICE_H_
