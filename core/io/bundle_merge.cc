#include <map>

#include "absl/strings/str_cat.h"
#include "core/base/failpoint.h"
#include "core/base/status.h"
#include "core/io/bundle_format.h"
#include "core/io/bundle_index.h"
#include "core/io/bundle_writer.h"
#include "core/io/table_writer.h"
#include "protos/tensor_bundle.pb.h"

namespace millrace {
namespace {

// Adds an input's entries, its shards counted from `first_shard` on.
absl::Status MergeEntries(const BundleIndex& input, int first_shard,
                          std::map<std::string, BundleEntryProto>* merged) {
  for (const auto& [key, entry] : input.entries()) {
    BundleEntryProto moved = entry;
    if (moved.slices_size() == 0) moved.set_shard_id(first_shard + entry.shard_id());
    auto [at, added] = merged->try_emplace(key, moved);
    if (added) continue;
    if (at->second.slices_size() == 0 || moved.slices_size() == 0) {
      return absl::InvalidArgumentError(absl::StrCat("Two bundles hold the tensor '", key, "'"));
    }
    at->second.mutable_slices()->MergeFrom(moved.slices());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status MergeBundles(Env* env, absl::Span<const std::string> prefixes,
                          absl::string_view merged) {
  std::map<std::string, BundleEntryProto> entries;
  std::vector<std::string> data_files;
  for (const std::string& prefix : prefixes) {
    MR_ASSIGN_OR_RETURN(const BundleIndex index, BundleIndex::Load(env, prefix));
    MR_RETURN_IF_ERROR(MergeEntries(index, static_cast<int>(data_files.size()), &entries));
    for (int i = 0; i < index.num_shards(); ++i) {
      data_files.push_back(BundleDataPath(prefix, i, index.num_shards()));
    }
  }
  MR_RETURN_IF_ERROR(env->CreateDirRecursively(Dirname(merged)));
  const int num_shards = static_cast<int>(data_files.size());
  for (int i = 0; i < num_shards; ++i) {
    MR_RETURN_IF_ERROR(env->RenameFile(data_files[i], BundleDataPath(merged, i, num_shards)));
  }
  MR_RETURN_IF_ERROR(env->SyncDir(Dirname(merged)));
  MR_RETURN_IF_ERROR(MILLRACE_FAILPOINT("save:before_index"));
  BundleHeaderProto header;
  header.set_num_shards(num_shards);
  header.mutable_version()->set_producer(1);
  TableWriter table;
  MR_RETURN_IF_ERROR(table.Add("", header.SerializeAsString()));
  for (const auto& [key, entry] : entries) {
    MR_RETURN_IF_ERROR(table.Add(key, entry.SerializeAsString()));
  }
  MR_RETURN_IF_ERROR(env->WriteStringToFileAtomically(BundleIndexPath(merged), table.Finish()));
  for (const std::string& prefix : prefixes) {
    if (prefix != merged) env->DeleteFile(BundleIndexPath(prefix)).IgnoreError();
  }
  return absl::OkStatus();
}

}  // namespace millrace
