#include "core/io/bundle_index.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/io/bundle_format.h"
#include "core/io/table_reader.h"

namespace millrace {
namespace {

constexpr int kMaxShards = 1 << 20;

absl::Status CheckEntry(const BundleIndex::Entry& entry, int num_shards) {
  const BundleEntryProto& e = entry.second;
  if (e.shard_id() < 0 || e.shard_id() >= num_shards || e.offset() < 0 || e.size() < 0) {
    return absl::DataLossError(
        absl::StrCat("the entry of '", entry.first, "' points outside of the bundle"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BundleIndex> BundleIndex::Load(Env* env, absl::string_view prefix) {
  const std::string path = BundleIndexPath(prefix);
  auto damaged = [&](absl::string_view why) {
    return absl::DataLossError(absl::StrCat("Damaged checkpoint ", path, ": ", why));
  };
  MR_ASSIGN_OR_RETURN(const std::string bytes, env->ReadFileToString(path));
  auto table = TableReader::Open(bytes);
  if (!table.ok()) return damaged(table.status().message());
  const auto& raw = table->entries();
  BundleHeaderProto header;
  if (raw.empty() || !raw[0].first.empty() || !header.ParseFromString(raw[0].second)) {
    return damaged("it has no header");
  }
  if (header.endianness() != BundleHeaderProto::LITTLE) {
    return absl::UnimplementedError(absl::StrCat(path, " is from a big-endian machine"));
  }
  if (header.version().min_consumer() > 1) {
    return absl::UnimplementedError(absl::StrCat(path, " needs a reader of version ",
                                                 header.version().min_consumer(),
                                                 "; this one is of version 1"));
  }
  if (header.num_shards() < 1 || header.num_shards() > kMaxShards) {
    return damaged(absl::StrCat("it speaks of ", header.num_shards(), " data files"));
  }
  BundleIndex index;
  index.num_shards_ = header.num_shards();
  index.entries_.resize(raw.size() - 1);
  for (size_t i = 1; i < raw.size(); ++i) {
    Entry& entry = index.entries_[i - 1];
    entry.first = raw[i].first;
    if (!entry.second.ParseFromString(raw[i].second)) {
      return damaged(absl::StrCat("the entry of '", entry.first, "' does not parse"));
    }
    if (absl::Status s = CheckEntry(entry, index.num_shards_); !s.ok()) return damaged(s.message());
  }
  return index;
}

const BundleEntryProto* BundleIndex::Find(absl::string_view key) const {
  auto at = std::lower_bound(entries_.begin(), entries_.end(), key,
                             [](const Entry& e, absl::string_view k) { return e.first < k; });
  return at != entries_.end() && at->first == key ? &at->second : nullptr;
}

}  // namespace millrace
