// Which of a fleet's device types have a kernel for a node.
#ifndef MILLRACE_CORE_PASSES_KERNEL_SUPPORT_H_
#define MILLRACE_CORE_PASSES_KERNEL_SUPPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/graph/graph.h"
#include "core/passes/compile_options.h"

namespace millrace {

// Sets of device types are bit masks over the types of the fleet. Remembers answers by op and type
// attributes. Used by one thread.
class KernelSupport {
 public:
  // Both must outlive it.
  KernelSupport(const Registry& registry, const std::vector<DeviceInfo>& devices);

  // Types beyond the 64th have no bit, and are never chosen.
  uint64_t Supported(const Node& node);
  // The bit of device `index` of the fleet.
  uint64_t TypeBit(int index) const { return type_bits_[index]; }
  // Why no type of the fleet has a kernel, as the registry tells.
  std::string WhyUnsupported(const Node& node) const;

 private:
  uint64_t Compute(const Node& node) const;

  const Registry& registry_;
  std::vector<std::string> types_;
  std::vector<uint64_t> type_bits_;  // by device
  absl::flat_hash_map<uint64_t, uint64_t> known_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_KERNEL_SUPPORT_H_
