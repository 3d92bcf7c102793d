#include "core/passes/kernel_support.h"

#include <algorithm>

#include "absl/hash/hash.h"

namespace millrace {

KernelSupport::KernelSupport(const Registry& registry, const std::vector<DeviceInfo>& devices)
    : registry_(registry) {
  for (const DeviceInfo& device : devices) {
    const std::string type = device.name.type.value_or("");
    const size_t at = std::find(types_.begin(), types_.end(), type) - types_.begin();
    if (at == types_.size()) types_.push_back(type);
    type_bits_.push_back(at < 64 ? uint64_t{1} << at : 0);
  }
}

uint64_t KernelSupport::Compute(const Node& node) const {
  uint64_t supported = 0;
  for (size_t i = 0; i < types_.size() && i < 64; ++i) {
    if (registry_.FindKernel(node.op(), node.attrs(), types_[i]).ok())
      supported |= uint64_t{1} << i;
  }
  return supported;
}

uint64_t KernelSupport::Supported(const Node& node) {
  uint64_t key = absl::HashOf(&node.op());
  for (const AttrMap::Entry& entry : node.attrs()) {
    if (const DType* type = entry.second.get<DType>()) {
      key = absl::HashOf(key, static_cast<int>(*type));
    } else if (entry.second.kind() == AttrKind::kListType) {
      key = absl::HashOf(key, entry.second.Hash());
    }
  }
  const auto [it, is_new] = known_.try_emplace(key, 0);
  if (is_new) it->second = Compute(node);
  return it->second;
}

std::string KernelSupport::WhyUnsupported(const Node& node) const {
  std::string why;
  for (const std::string& type : types_) {
    const auto kernel = registry_.FindKernel(node.op(), node.attrs(), type);
    if (kernel.ok()) continue;
    if (!why.empty()) why += "\n";
    why += std::string(kernel.status().message());
  }
  return why;
}

}  // namespace millrace
