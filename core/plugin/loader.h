// Loads plug-ins: shared libraries with ops and kernels of their own (c_api.h).
#ifndef MILLRACE_CORE_PLUGIN_LOADER_H_
#define MILLRACE_CORE_PLUGIN_LOADER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/registry.h"

namespace millrace {

// Registers what the library at `path` brings and returns the names of its ops. All or nothing, and
// the library stays open for good once something was registered. NOT_FOUND if there is no such
// file; INVALID_ARGUMENT if it is no library or no plug-in, or registers something malformed;
// FAILED_PRECONDITION for another version of the interface; ALREADY_EXISTS for an op that is there;
// what the plug-in's own initialisation says. Loading a library again is an error of the latter
// kind. Thread-safe. The plug-in's code runs in this process with all its rights.
absl::StatusOr<std::vector<std::string>> LoadPlugin(const std::string& path, Registry& registry);

}  // namespace millrace

#endif  // MILLRACE_CORE_PLUGIN_LOADER_H_
