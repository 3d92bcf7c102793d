// MatchingFiles: the files whose names fit patterns.
#include <fnmatch.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/env.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/io/file_kernel.h"

namespace millrace {
namespace {

bool HasWildcard(absl::string_view name) {
  return name.find_first_of("*?[\\") != absl::string_view::npos;
}

// Appends the paths that fit `pattern`, whose folders may be patterns too. A folder that cannot be
// read has none.
absl::Status Match(const std::string& pattern, std::vector<std::string>* found) {
  Env* env = DefaultEnv();
  if (!HasWildcard(pattern)) {
    MR_ASSIGN_OR_RETURN(const bool exists, env->FileExists(pattern));
    if (exists) found->push_back(pattern);
    return absl::OkStatus();
  }
  const std::string dir(Dirname(pattern)), name(Basename(pattern));
  std::vector<std::string> folders;
  if (HasWildcard(dir)) {
    MR_RETURN_IF_ERROR(Match(dir, &folders));
  } else {
    folders.push_back(dir);
  }
  for (const std::string& folder : folders) {
    const auto children = env->GetChildren(folder);
    if (!children.ok()) continue;
    for (const std::string& child : *children) {
      if (fnmatch(name.c_str(), child.c_str(), FNM_PATHNAME) == 0)
        found->push_back(JoinPath(folder, child));
    }
  }
  return absl::OkStatus();
}

class MatchingFilesKernel final : public FileKernel {
 private:
  absl::Status Work(KernelContext& c) override {
    const Tensor& patterns = c.input(0);
    if (patterns.rank() > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input patterns tensor must be scalar or vector, but had shape: ",
                       patterns.shape().ToString()));
    }
    std::vector<std::string> found;
    for (const std::string& pattern : patterns.flat<std::string>())
      MR_RETURN_IF_ERROR(Match(pattern, &found));
    std::sort(found.begin(), found.end());
    c.set_output(0, Tensor::Vector<std::string>(found));
    return absl::OkStatus();
  }
};

absl::Status MatchingShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRankAtMost(0, 1).status());
  c.set_output(0, PartialShape::UnknownOfRank(1));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterMatchingFiles(Registry& r) {
  return r.Add(Op("MatchingFiles")
                   .Input("pattern: string")
                   .Output("filenames: string")
                   .MayWait()
                   .Doc("The names, sorted, of the files that fit one of the patterns of a shell.")
                   .Shape(MatchingShape)
                   .NotDifferentiable()
                   .Cpu<MatchingFilesKernel>());
}

}  // namespace millrace
