// A graph or SavedModel that steps run on, whatever it was stored as.
#ifndef MILLRACE_TOOLS_RUN_MODEL_H_
#define MILLRACE_TOOLS_RUN_MODEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "core/tensor/tensor.h"

namespace millrace {

class Model {
 public:
  using Feeds = std::vector<std::pair<std::string, Tensor>>;

  virtual ~Model() = default;
  // Values in the order of `fetches`.
  virtual absl::StatusOr<std::vector<Tensor>> Run(const Feeds& feeds,
                                                  absl::Span<const std::string> fetches,
                                                  absl::Span<const std::string> targets) = 0;
};

// A binary GraphDef. Feeds and fetches are names of tensors, targets of ops. With a `scatter_seed`
// there are three CPU devices, and each node without state asks for one of them that is drawn at
// random.
absl::StatusOr<std::unique_ptr<Model>> LoadGraph(const std::string& path,
                                                 absl::optional<uint64_t> scatter_seed);
// Feeds and fetches are keys of the signature. INVALID_ARGUMENT for targets.
absl::StatusOr<std::unique_ptr<Model>> LoadSavedModelWithSignature(
    const std::string& dir, absl::Span<const std::string> tags, const std::string& signature);

}  // namespace millrace

#endif  // MILLRACE_TOOLS_RUN_MODEL_H_
