// Registry: the ops a program knows, by name. An object that is passed, never a global.
#ifndef MILLRACE_CORE_GRAPH_REGISTRY_H_
#define MILLRACE_CORE_GRAPH_REGISTRY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/base/mutex.h"
#include "core/graph/op_schema.h"

namespace millrace {

// Thread-safe. Schemas live, at a fixed address, as long as the registry: nodes point to them.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // ALREADY_EXISTS for a second op of that name; INVALID_ARGUMENT for a schema that contradicts
  // itself.
  absl::Status Add(const Op& op);
  // Adds a kernel to an op that is there (device plug-ins). NOT_FOUND without the op;
  // INVALID_ARGUMENT or ALREADY_EXISTS for one that does not fit it. While others may add kernels,
  // OpSchema::kernels is read through FindKernel only.
  absl::Status AddKernel(absl::string_view op, KernelRegistration registration);

  // Null if unknown.
  const OpSchema* Find(absl::string_view name) const;
  // NOT_FOUND ("Op type not registered 'X'"; names close in spelling are suggested).
  absl::StatusOr<const OpSchema*> Lookup(absl::string_view name) const;
  std::vector<const OpSchema*> List() const;  // sorted by name

  // The kernel for an op with these attributes on this device type. NOT_FOUND, listing what is
  // registered, if none.
  absl::StatusOr<KernelRegistration> FindKernel(const OpSchema& op, const AttrMap& attrs,
                                                absl::string_view device_type) const;

 private:
  mutable Mutex mu_;
  absl::flat_hash_map<std::string, std::unique_ptr<OpSchema>> ops_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_REGISTRY_H_
