// What the kernels of staging areas share: the ops of one area have its name in common, not a
// handle.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/base/status.h"
#include "core/runtime/kernel.h"
#include "core/runtime/resource.h"
#include "core/runtime/step.h"

namespace millrace {

// Finds the area by the name in the attributes, or makes it.
template <typename Area>
class StagingKernel : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string container, name;
    MR_RETURN_IF_ERROR(c.GetAttr("container", &container));
    MR_RETURN_IF_ERROR(c.GetAttr("shared_name", &name));
    MR_RETURN_IF_ERROR(c.GetAttr("capacity", &capacity_));
    MR_RETURN_IF_ERROR(c.GetAttr("memory_limit", &memory_limit_));
    if (name.empty()) name = c.node_name();
    handle_ = c.device()->resources().MakeHandle(container, name + Area::NameSuffix(c.op()),
                                                 Area::kTypeName);
    return absl::OkStatus();
  }
  void ComputeAsync(KernelContext& c, Done done) final {
    absl::StatusOr<std::shared_ptr<Area>> area = c.resources().LookupOrCreate<Area>(
        handle_,
        []() -> absl::StatusOr<std::shared_ptr<Area>> { return std::make_shared<Area>(); });
    if (!area.ok()) return done(area.status());
    Run(c, *std::move(area), std::move(done));
  }

 protected:
  virtual void Run(KernelContext& c, std::shared_ptr<Area> area, Done done) = 0;

  int64_t capacity_ = 0, memory_limit_ = 0;  // 0: no limit

 private:
  ResourceHandle handle_;
};

}  // namespace millrace
