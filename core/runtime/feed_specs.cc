#include "core/runtime/feed_specs.h"

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {

absl::StatusOr<FeedSpecs> FeedSpecs::Create(const Graph& graph,
                                            absl::Span<const std::string> names) {
  FeedSpecs specs;
  for (const std::string& name : names) {
    MR_ASSIGN_OR_RETURN(const Endpoint fed, graph.FindEndpoint(name));
    specs.feeds_.push_back(
        {name, BaseType(fed.node->output_type(fed.index)), fed.node->output_shape(fed.index)});
  }
  return specs;
}

absl::Status FeedSpecs::Check(absl::Span<const Tensor> feeds) const {
  if (feeds.size() != feeds_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("The step takes ", feeds_.size(), " feeds, but ", feeds.size(), " are given"));
  }
  for (size_t i = 0; i < feeds.size(); ++i) {
    const Feed& feed = feeds_[i];
    if (feeds[i].dtype() != feed.dtype) {
      return absl::InvalidArgumentError(absl::StrCat("Cannot feed a ", DTypeName(feeds[i].dtype()),
                                                     " tensor for '", feed.name, "', which is ",
                                                     DTypeName(feed.dtype)));
    }
    if (!feed.shape.IsCompatibleWith(feeds[i].shape())) {
      return absl::InvalidArgumentError(
          absl::StrCat("Cannot feed a value of shape ", feeds[i].shape().ToString(), " for '",
                       feed.name, "', which has shape ", feed.shape.ToString()));
    }
  }
  return absl::OkStatus();
}

}  // namespace millrace
