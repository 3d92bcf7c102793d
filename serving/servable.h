// Servable: a model that answers. The C++ API for serving.
#ifndef MILLRACE_SERVING_SERVABLE_H_
#define MILLRACE_SERVING_SERVABLE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor.h"

namespace millrace {
namespace serving {

// What a signature takes or gives under one key.
struct TensorSpec {
  DType dtype = DType::kInvalid;
  PartialShape shape;  // unknown dimensions (often the first, the batch) may have any size
};

struct Signature {
  std::map<std::string, TensorSpec> inputs, outputs;
};

struct LoadOptions {
  bool fold_constants = true;  // also deduplicates
};

struct PredictOptions {
  absl::Duration timeout = absl::InfiniteDuration();
};

// A SavedModel in memory, its variables restored. Thread-safe: any number of threads may call Run.
class Servable {
 public:
  using Inputs = std::vector<std::pair<std::string, Tensor>>;
  using Outputs = std::map<std::string, Tensor>;

  virtual ~Servable() = default;

  // By name; "serving_default" is what most models have.
  virtual const std::map<std::string, Signature>& signatures() const = 0;

  // Computes what `signature` gives for these inputs; with `outputs`, only those keys. Inputs are
  // borrowed for the call. NOT_FOUND for an unknown signature or key, INVALID_ARGUMENT for an input
  // that is missing, given twice, or of another dtype or shape than the signature says; both name
  // what was expected. DEADLINE_EXCEEDED after the timeout.
  virtual absl::StatusOr<Outputs> Run(absl::string_view signature, const Inputs& inputs,
                                      absl::Span<const std::string> outputs = {},
                                      const PredictOptions& options = {}) const = 0;
};

// Loads the graph with these tags ({"serve"} for serving), restores its variables and runs its
// initialiser. NOT_FOUND without such a model or graph, DATA_LOSS for damaged files, and what
// import or the initialiser find wrong.
absl::StatusOr<std::unique_ptr<Servable>> LoadSavedModel(absl::string_view dir,
                                                         absl::Span<const std::string> tags,
                                                         const LoadOptions& options = {});

}  // namespace serving
}  // namespace millrace

#endif  // MILLRACE_SERVING_SERVABLE_H_
