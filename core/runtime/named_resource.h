// NamedResource: what a kernel holds that makes a resource steps share by its name.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/status.h"
#include "core/runtime/kernel.h"
#include "core/runtime/resource.h"

namespace millrace {

// The handle of an R, under the name in the attributes `container` and `shared_name`; where that is
// empty it has the node's name. Thread-safe after Init.
template <typename R>
class NamedResource {
 public:
  absl::Status Init(KernelConstruction& c) {
    std::string container, name;
    MR_RETURN_IF_ERROR(c.GetAttr("container", &container));
    MR_RETURN_IF_ERROR(c.GetAttr("shared_name", &name));
    if (name.empty()) name = c.node_name();
    ResourceHandle handle = c.device()->resources().MakeHandle(container, name, R::kTypeName);
    handle_ = Tensor::Scalar<ResourceHandle>(std::move(handle));
    return absl::OkStatus();
  }

  const std::string& name() const { return handle().name; }
  const ResourceHandle& handle() const { return handle_.scalar<ResourceHandle>(); }

  // Sets output 0 to the handle.
  void OutputHandle(KernelContext& c) const { c.set_output(0, handle_); }
  // The same, and gives the resource, which make() makes where there is none yet.
  template <typename Make>
  absl::StatusOr<std::shared_ptr<R>> Output(KernelContext& c, Make make) const {
    OutputHandle(c);
    return c.resources().LookupOrCreate<R>(
        handle(), [&]() -> absl::StatusOr<std::shared_ptr<R>> { return make(); });
  }

 private:
  Tensor handle_;
};

}  // namespace millrace
