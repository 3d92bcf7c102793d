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
  // A container is one of the beginnings of "container/name/type"; those that are none do no harm.
  ~CpuDevice() override {
    for (const auto& [path, bytes] : resources().List()) {
      for (size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
        resources().Clear(path.substr(0, at));
      }
    }
  }

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
