// Millrace's side of c_api.h: the objects behind the opaque pointers, and the table of functions.
#ifndef MILLRACE_CORE_PLUGIN_HOST_H_
#define MILLRACE_CORE_PLUGIN_HOST_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/graph/op_schema.h"
#include "core/plugin/c_api.h"
#include "core/runtime/kernel.h"

struct MillraceStatus {
  absl::Status status;
};

// What a plug-in registers, kept until its initialisation has succeeded.
struct MillraceRegistry {
  std::vector<millrace::Op> ops;
  std::vector<std::string> op_names;
  std::vector<std::pair<std::string, millrace::KernelRegistration>> kernels;  // by op
};

struct MillraceConstruction {
  millrace::KernelConstruction* construction;
  std::vector<std::unique_ptr<std::string>> strings;  // handed out
};

struct MillraceContext {
  millrace::KernelContext* context;
};

namespace millrace {

const MillraceHost* PluginHost();

// A kernel whose computing is done by a plug-in.
std::unique_ptr<Kernel> NewPluginKernel(const MillraceKernel& definition);

}  // namespace millrace

#endif  // MILLRACE_CORE_PLUGIN_HOST_H_
