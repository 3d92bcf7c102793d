// ResourceHandle: the value of a tensor of type resource. It names state that lives on one device
// of one task.
#ifndef MILLRACE_CORE_TENSOR_RESOURCE_HANDLE_H_
#define MILLRACE_CORE_TENSOR_RESOURCE_HANDLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"

namespace millrace {

// Cheap to copy relative to its use; handles travel, resources stay. `incarnation` is that of the
// owning device: a handle whose incarnation is not the device's is stale and gives ABORTED when
// used.
class ResourceHandle {
 public:
  struct DTypeAndShape {
    DType dtype = DType::kInvalid;
    PartialShape shape;
  };

  std::string device;     // full device name, "/job:ps/replica:0/task:0/device:CPU:0"
  std::string container;  // "" is the default container
  std::string name;
  std::string type_name;  // "Var", "Queue", ... for messages and type checks
  uint64_t incarnation = 0;
  std::vector<DTypeAndShape> dtypes_and_shapes;

  std::string DebugString() const;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_RESOURCE_HANDLE_H_
