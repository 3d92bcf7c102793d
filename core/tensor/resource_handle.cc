#include "core/tensor/resource_handle.h"

#include "absl/strings/str_cat.h"

namespace millrace {

std::string ResourceHandle::DebugString() const {
  std::string out = absl::StrCat(type_name.empty() ? "resource" : type_name, " '", container,
                                 container.empty() ? "" : "/", name, "' on ",
                                 device.empty() ? "(no device)" : device);
  for (const DTypeAndShape& d : dtypes_and_shapes) {
    absl::StrAppend(&out, " ", DTypeName(d.dtype), d.shape.ToString());
  }
  return out;
}

}  // namespace millrace
