#include <utility>

#include "core/plugin/host.h"

namespace millrace {
namespace {

class PluginKernel final : public Kernel {
 public:
  explicit PluginKernel(const MillraceKernel& definition) : definition_(definition) {}
  ~PluginKernel() override {
    if (definition_.destroy != nullptr && created_) definition_.destroy(state_);
  }

  absl::Status Init(KernelConstruction& c) override {
    if (definition_.create == nullptr) return absl::OkStatus();
    MillraceStatus status;
    MillraceConstruction construction{&c, {}};
    state_ = definition_.create(&construction, &status);
    created_ = status.status.ok();
    return std::move(status.status);
  }

  absl::Status Compute(KernelContext& c) override {
    MillraceStatus status;
    MillraceContext context{&c};
    definition_.compute(state_, &context, &status);
    return std::move(status.status);
  }

 private:
  const MillraceKernel definition_;
  void* state_ = nullptr;
  bool created_ = false;
};

}  // namespace

std::unique_ptr<Kernel> NewPluginKernel(const MillraceKernel& definition) {
  return std::make_unique<PluginKernel>(definition);
}

}  // namespace millrace
