// The two ends of an edge that crosses devices.
#ifndef MILLRACE_KERNELS_CONTROL_FLOW_SEND_RECV_H_
#define MILLRACE_KERNELS_CONTROL_FLOW_SEND_RECV_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/graph/registry.h"

namespace millrace {

// Adds kernels of `_Send` and `_Recv` for a type of device with memory of its own: they copy
// through host memory.
absl::Status AddSendRecvKernels(Registry& r, absl::string_view device_type);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_CONTROL_FLOW_SEND_RECV_H_
