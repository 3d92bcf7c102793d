// MergeV2Checkpoints: one bundle out of several.
#include <set>

#include "absl/strings/str_cat.h"
#include "core/base/env.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/io/bundle_format.h"
#include "core/io/bundle_writer.h"
#include "kernels/io/file_kernel.h"

namespace millrace {
namespace {

class MergeCheckpointsKernel final : public FileKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("delete_old_dirs", &delete_old_dirs_));
    return c.GetAttr("allow_missing_files", &allow_missing_files_);
  }

 private:
  absl::Status Work(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string merged, ScalarString(c, 1, "destination_prefix"));
    Env* env = DefaultEnv();
    std::vector<std::string> prefixes;
    for (const std::string& prefix : c.input(0).flat<std::string>()) {
      MR_ASSIGN_OR_RETURN(const bool there, env->FileExists(BundleIndexPath(prefix)));
      if (there || !allow_missing_files_) prefixes.push_back(prefix);
    }
    MR_RETURN_IF_ERROR(MergeBundles(env, prefixes, merged));
    if (!delete_old_dirs_) return absl::OkStatus();
    std::set<std::string> dirs;
    for (const std::string& prefix : prefixes) dirs.insert(std::string(Dirname(prefix)));
    dirs.erase(std::string(Dirname(merged)));
    // A folder that is not empty holds something of somebody else's and stays.
    for (const std::string& dir : dirs) env->DeleteDir(dir).IgnoreError();
    return absl::OkStatus();
  }

  bool delete_old_dirs_ = true;
  bool allow_missing_files_ = false;
};

absl::Status MergeShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 1).status());
  return c.WithRank(1, 0).status();
}

}  // namespace

absl::Status RegisterMergeCheckpoints(Registry& r) {
  return r.Add(Op("MergeV2Checkpoints")
                   .Input("checkpoint_prefixes: string")
                   .Input("destination_prefix: string")
                   .Attr("delete_old_dirs: bool = true")
                   .Attr("allow_missing_files: bool = false")
                   .Stateful()
                   .MayWait()
                   .NotDifferentiable()
                   .Doc("Makes one bundle of those that the shards of a model wrote, by renaming "
                        "their data files and writing a common index, last.")
                   .Shape(MergeShape)
                   .Cpu<MergeCheckpointsKernel>());
}

}  // namespace millrace
