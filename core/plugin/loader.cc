#include "core/plugin/loader.h"

#include <dlfcn.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/plugin/c_api.h"
#include "core/plugin/host.h"

namespace millrace {
namespace {

// An open shared library; closed again unless it is kept.
class Library {
 public:
  static absl::StatusOr<Library> Open(const std::string& path) {
    // Without a slash dlopen would search the system's folders.
    const std::string file = absl::StrContains(path, "/") ? path : absl::StrCat("./", path);
    if (access(file.c_str(), R_OK) != 0) {
      return absl::NotFoundError(absl::StrCat("There is no readable file '", path, "'"));
    }
    void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      const char* why = dlerror();
      return absl::InvalidArgumentError(
          absl::StrCat("'", path, "' cannot be loaded: ", why != nullptr ? why : "unknown error"));
    }
    return Library(handle, path);
  }
  Library(Library&& o) noexcept
      : handle_(std::exchange(o.handle_, nullptr)), path_(std::move(o.path_)) {}
  ~Library() {
    if (handle_ != nullptr) dlclose(handle_);
  }

  template <typename Fn>
  absl::StatusOr<Fn> Symbol(const char* name) const {
    void* symbol = dlsym(handle_, name);
    if (symbol == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", path_, "' is no Millrace plug-in: it has no ", name));
    }
    return reinterpret_cast<Fn>(symbol);
  }

  void Keep() { handle_ = nullptr; }

 private:
  Library(void* handle, std::string path) : handle_(handle), path_(std::move(path)) {}

  void* handle_;
  std::string path_;
};

// Nothing is registered if a part of it is known to be refused.
absl::Status CheckAll(const MillraceRegistry& registered, const Registry& registry) {
  for (const Op& op : registered.ops) {
    absl::StatusOr<OpSchema> schema = op.Build();
    if (!schema.ok()) return schema.status();
    if (registry.Find(schema->name) != nullptr) {
      return absl::AlreadyExistsError(absl::StrCat("Op ", schema->name, " is there already"));
    }
  }
  for (const auto& [op, kernel] : registered.kernels) {
    bool known = registry.Find(op) != nullptr;
    for (const std::string& name : registered.op_names) known = known || name == op;
    if (!known) return absl::NotFoundError(absl::StrCat("There is a kernel, but no op ", op));
  }
  return absl::OkStatus();
}

absl::Status AddAll(MillraceRegistry registered, Registry& registry) {
  for (const Op& op : registered.ops) MR_RETURN_IF_ERROR(registry.Add(op));
  for (auto& [op, kernel] : registered.kernels) {
    MR_RETURN_IF_ERROR(registry.AddKernel(op, std::move(kernel)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> LoadPlugin(const std::string& path, Registry& registry) {
  MR_ASSIGN_OR_RETURN(Library library, Library::Open(path));
  MR_ASSIGN_OR_RETURN(const auto version,
                      library.Symbol<uint32_t (*)(void)>("MillracePluginApiVersion"));
  MR_ASSIGN_OR_RETURN(
      const auto init,
      (library.Symbol<int (*)(const MillraceHost*, MillraceRegistry*, MillraceStatus*)>(
          "MillracePluginInit")));
  if (const uint32_t theirs = version(); theirs != MILLRACE_PLUGIN_API_VERSION) {
    return absl::FailedPreconditionError(absl::StrCat("'", path, "' is built for version ", theirs,
                                                      " of the plug-in interface, this is version ",
                                                      MILLRACE_PLUGIN_API_VERSION));
  }
  MillraceRegistry registered;
  MillraceStatus status;
  if (init(PluginHost(), &registered, &status) != 0) {
    if (status.status.ok()) status.status = absl::UnknownError("its initialisation failed");
    return Annotate(status.status, absl::StrCat("plug-in '", path, "'"));
  }
  MR_RETURN_IF_ERROR(
      Annotate(CheckAll(registered, registry), absl::StrCat("plug-in '", path, "'")));
  std::vector<std::string> names = registered.op_names;
  library.Keep();  // from here on the registry may refer to its code
  MR_RETURN_IF_ERROR(
      Annotate(AddAll(std::move(registered), registry), absl::StrCat("plug-in '", path, "'")));
  return names;
}

}  // namespace millrace
