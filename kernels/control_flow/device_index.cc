// DeviceIndex: which of several devices it is that runs the node.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

class DeviceIndexKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<std::string> names;
    MR_RETURN_IF_ERROR(c.GetAttr("device_names", &names));
    const std::string type = c.device()->name().type.value_or("");
    index_ = static_cast<int32_t>(std::find(names.begin(), names.end(), type) - names.begin());
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0, Tensor::Scalar<int32_t>(index_));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }

 private:
  int32_t index_ = 0;
};

}  // namespace

absl::Status RegisterDeviceIndex(Registry& r) {
  return r.Add(
      Op("DeviceIndex")
          .Output("index: int32")
          .Attr("device_names: list(string)")
          .Stateful()
          .Doc("The place of the device's type, such as CPU, in device_names; their number "
               "if it is not there.")
          .Shape(ScalarOutputs)
          .NotDifferentiable()
          .Cpu<DeviceIndexKernel>());
}

}  // namespace millrace
