// The index of a tensor bundle (bundle_format.h), parsed and checked.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/env.h"
#include "protos/tensor_bundle.pb.h"

namespace millrace {

// Immutable; thread-safe.
class BundleIndex {
 public:
  using Entry = std::pair<std::string, BundleEntryProto>;

  // NOT_FOUND without such a file, DATA_LOSS for a damaged one, UNIMPLEMENTED for one from a
  // big-endian machine.
  static absl::StatusOr<BundleIndex> Load(Env* env, absl::string_view prefix);

  int num_shards() const { return num_shards_; }
  const std::vector<Entry>& entries() const { return entries_; }  // in the order of keys
  const BundleEntryProto* Find(absl::string_view key) const;      // null if none

 private:
  int num_shards_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace millrace
