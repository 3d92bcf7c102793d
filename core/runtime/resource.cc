#include "core/runtime/resource.h"

#include <algorithm>

#include "core/base/status.h"

namespace millrace {
namespace {

absl::string_view ContainerOf(const ResourceHandle& handle, const std::string& default_container) {
  return handle.container.empty() ? absl::string_view(default_container)
                                  : absl::string_view(handle.container);
}

std::string PathOf(absl::string_view container, absl::string_view type, absl::string_view name) {
  return absl::StrCat(container, "/", name, "/", type);
}

}  // namespace

ResourceManager::~ResourceManager() { ClearAll(); }

ResourceHandle ResourceManager::MakeHandle(absl::string_view container, absl::string_view name,
                                           absl::string_view type_name) const {
  ResourceHandle handle;
  handle.device = device_;
  handle.container =
      container.empty() ? default_container_ : std::string(container.data(), container.size());
  handle.name = std::string(name);
  handle.type_name = std::string(type_name);
  handle.incarnation = incarnation_;
  return handle;
}

absl::Status ResourceManager::CheckHandle(const ResourceHandle& handle,
                                          absl::string_view type_name) const {
  if (handle.device != device_) {
    return absl::InvalidArgumentError(absl::StrCat("Resource '", handle.name, "' lives on ",
                                                   handle.device, " and cannot be used on ",
                                                   device_));
  }
  if (handle.incarnation != incarnation_) {
    return absl::AbortedError(absl::StrCat("The handle of resource '", handle.name,
                                           "' is stale: ", device_,
                                           " was restarted since it was made (incarnation ",
                                           handle.incarnation, ", now ", incarnation_, ")"));
  }
  if (handle.type_name != type_name) {
    return absl::InvalidArgumentError(absl::StrCat("Resource '", handle.name, "' is of type ",
                                                   handle.type_name, ", but ", type_name,
                                                   " is needed"));
  }
  return absl::OkStatus();
}

absl::Status ResourceManager::Create(absl::string_view container, absl::string_view name,
                                     std::shared_ptr<Resource> resource) {
  const absl::string_view in =
      container.empty() ? absl::string_view(default_container_) : container;
  const std::string type(resource->type_name());
  MutexLock lock(&mu_);
  const bool inserted =
      containers_[in].try_emplace(Key(type, std::string(name)), std::move(resource)).second;
  if (inserted) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat("Resource ", PathOf(in, type, name), " already exists"));
}

absl::StatusOr<std::shared_ptr<Resource>> ResourceManager::LookupUntyped(
    const ResourceHandle& handle, absl::string_view type_name) const {
  MR_RETURN_IF_ERROR(CheckHandle(handle, type_name));
  const absl::string_view in = ContainerOf(handle, default_container_);
  {
    MutexLock lock(&mu_);
    const auto container = containers_.find(in);
    if (container != containers_.end()) {
      const auto found = container->second.find(Key(handle.type_name, handle.name));
      if (found != container->second.end()) return found->second;
    }
  }
  return absl::NotFoundError(
      absl::StrCat("Resource ", PathOf(in, type_name, handle.name), " does not exist"));
}

absl::StatusOr<std::shared_ptr<Resource>> ResourceManager::LookupOrCreateUntyped(
    const ResourceHandle& handle, absl::string_view type_name,
    const std::function<absl::StatusOr<std::shared_ptr<Resource>>()>& create) {
  MR_RETURN_IF_ERROR(CheckHandle(handle, type_name));
  MutexLock lock(&mu_);
  std::shared_ptr<Resource>& place =
      containers_[ContainerOf(handle, default_container_)][Key(handle.type_name, handle.name)];
  if (place == nullptr) {
    absl::StatusOr<std::shared_ptr<Resource>> made = create();
    if (!made.ok()) {
      containers_[ContainerOf(handle, default_container_)].erase(
          Key(handle.type_name, handle.name));
      return made.status();
    }
    place = *std::move(made);
  }
  return place;
}

absl::Status ResourceManager::Delete(const ResourceHandle& handle) {
  MR_RETURN_IF_ERROR(CheckHandle(handle, handle.type_name));
  const absl::string_view in = ContainerOf(handle, default_container_);
  std::shared_ptr<Resource> taken;
  {
    MutexLock lock(&mu_);
    const auto container = containers_.find(in);
    if (container != containers_.end()) {
      const auto found = container->second.find(Key(handle.type_name, handle.name));
      if (found != container->second.end()) {
        taken = std::move(found->second);
        container->second.erase(found);
      }
    }
  }
  if (taken == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("Resource ", PathOf(in, handle.type_name, handle.name), " does not exist"));
  }
  taken->Close();
  return absl::OkStatus();
}

void ResourceManager::Clear(absl::string_view container) {
  const absl::string_view in =
      container.empty() ? absl::string_view(default_container_) : container;
  absl::flat_hash_map<Key, std::shared_ptr<Resource>> taken;
  {
    MutexLock lock(&mu_);
    const auto found = containers_.find(in);
    if (found == containers_.end()) return;
    taken = std::move(found->second);
    containers_.erase(found);
  }
  // Outside the lock: whoever Close wakes may call back.
  for (auto& [key, resource] : taken) resource->Close();
}

void ResourceManager::ClearAll() {
  std::vector<std::string> names;
  {
    MutexLock lock(&mu_);
    for (const auto& [name, resources] : containers_) names.push_back(name);
  }
  for (const std::string& name : names) Clear(name);
}

std::vector<std::pair<std::string, int64_t>> ResourceManager::List() const {
  std::vector<std::pair<std::string, std::shared_ptr<Resource>>> all;
  {
    MutexLock lock(&mu_);
    for (const auto& [container, resources] : containers_) {
      for (const auto& [key, resource] : resources) {
        all.emplace_back(absl::StrCat(container, "/", key.first, "/", key.second), resource);
      }
    }
  }
  std::vector<std::pair<std::string, int64_t>> list;
  list.reserve(all.size());
  for (const auto& [path, resource] : all) list.emplace_back(path, resource->MemoryUsed());
  std::sort(list.begin(), list.end());
  return list;
}

}  // namespace millrace
