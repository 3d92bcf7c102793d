#include <memory>
#include <string>
#include <utility>

#include "core/runtime/device.h"

namespace millrace {
namespace {

class CpuDevice final : public Device {
 public:
  CpuDevice(DeviceName name, uint64_t incarnation, ThreadPool* pool)
      : Device(std::move(name), incarnation), pool_(pool) {}
  // Resources go while pool() can still be asked for: an iterator may call a function as it ends.
  ~CpuDevice() override { resources().ClearAll(); }

  Allocator* allocator() override { return CpuAllocator(); }
  ThreadPool* pool() override { return pool_; }

 private:
  ThreadPool* const pool_;
};

}  // namespace

std::unique_ptr<Device> NewCpuDevice(DeviceName name, uint64_t incarnation, ThreadPool* pool) {
  return std::make_unique<CpuDevice>(std::move(name), incarnation, pool);
}

}  // namespace millrace
