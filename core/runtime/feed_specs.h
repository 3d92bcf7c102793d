// FeedSpecs: what the values fed to a step must be.
#ifndef MILLRACE_CORE_RUNTIME_FEED_SPECS_H_
#define MILLRACE_CORE_RUNTIME_FEED_SPECS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/graph/graph.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Immutable after Create; thread-safe.
class FeedSpecs {
 public:
  FeedSpecs() = default;  // of a step without feeds
  // NOT_FOUND or INVALID_ARGUMENT for a name that is no tensor of the graph.
  static absl::StatusOr<FeedSpecs> Create(const Graph& graph, absl::Span<const std::string> names);

  // INVALID_ARGUMENT, naming the feed, for a wrong number, dtype or shape.
  absl::Status Check(absl::Span<const Tensor> feeds) const;

 private:
  struct Feed {
    std::string name;
    DType dtype;
    PartialShape shape;
  };
  std::vector<Feed> feeds_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_FEED_SPECS_H_
