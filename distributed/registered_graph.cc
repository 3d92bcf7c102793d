#include "distributed/registered_graph.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"

namespace millrace {
namespace {

// The `index` attributes of the graph's nodes of this op.
absl::StatusOr<std::vector<int>> Indices(const Graph& graph, absl::string_view op) {
  std::vector<int> indices;
  for (const auto& node : graph.nodes()) {
    if (node == nullptr || node->type() != op) continue;
    int64_t index;
    MR_RETURN_IF_ERROR(node->GetAttr("index", &index));
    if (index < 0 || index > INT32_MAX) {
      return absl::InvalidArgumentError(absl::StrCat(node->Describe(), " has the index ", index));
    }
    indices.push_back(static_cast<int>(index));
  }
  return indices;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const RegisteredGraph>> RegisteredGraph::Create(
    RegisterGraphRequest request, const Registry* registry, std::shared_ptr<DeviceSet> devices,
    KernelCaches* kernels) {
  std::shared_ptr<RegisteredGraph> registered(new RegisteredGraph());
  for (TaskId& peer : request.peers) {
    std::string name = peer.name;
    registered->peers_.emplace(std::move(name), std::move(peer));
  }
  for (Partition& partition : request.partitions) {
    Device* device = devices->Find(partition.device);
    if (device == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("there is no device ", partition.device,
                                                     " here, only ", devices->host()->full_name()));
    }
    Part part;
    MR_ASSIGN_OR_RETURN(part.arg_indices, Indices(*partition.graph, "_Arg"));
    MR_ASSIGN_OR_RETURN(part.retval_indices, Indices(*partition.graph, "_Retval"));
    part.functions =
        std::make_unique<FunctionRuntime>(partition.graph->shared_library(), registry, device);
    std::unique_ptr<KernelCache>& cache = (*kernels)[device];
    if (cache == nullptr) cache = std::make_unique<KernelCache>();
    MR_ASSIGN_OR_RETURN(part.plan, Plan::Create(std::move(partition.graph), device,
                                                part.functions.get(), cache.get()));
    registered->parts_.push_back(std::move(part));
  }
  registered->devices_ = std::move(devices);
  return std::shared_ptr<const RegisteredGraph>(std::move(registered));
}

absl::StatusOr<std::vector<std::vector<Tensor>>> RegisteredGraph::PartArguments(
    std::vector<std::pair<int, Tensor>> feeds) const {
  absl::flat_hash_map<int, Tensor> by_index;
  for (auto& [index, value] : feeds) {
    if (!by_index.emplace(index, std::move(value)).second) {
      return absl::InvalidArgumentError(absl::StrCat("feed ", index, " is given twice"));
    }
  }
  std::vector<std::vector<Tensor>> args(parts_.size());
  for (size_t i = 0; i < parts_.size(); ++i) {
    args[i].resize(parts_[i].plan->num_args());
    for (const int index : parts_[i].arg_indices) {
      const auto found = by_index.find(index);
      if (found == by_index.end()) {
        return absl::InvalidArgumentError(absl::StrCat("feed ", index, " is missing"));
      }
      args[i][index] = found->second;
    }
  }
  return args;
}

// Counts partitions down. Goes with the last one.
struct RegisteredGraph::Run {
  const RegisteredGraph* graph;
  StepContext* step;
  Done done;
  std::atomic<size_t> left;

  Mutex mu;
  absl::Status status ABSL_GUARDED_BY(mu);
  RunGraphReply reply ABSL_GUARDED_BY(mu);

  void PartDone(const Part& part, absl::StatusOr<std::vector<Tensor>> results) {
    {
      MutexLock lock(&mu);
      if (!results.ok()) {
        if (status.ok()) status = results.status();
      } else {
        for (const int index : part.retval_indices) {
          if (index < static_cast<int>(results->size())) {
            reply.fetches.emplace_back(index, std::move((*results)[index]));
          }
        }
      }
    }
    if (!results.ok()) step->cancellation->Cancel(results.status());
    if (left.fetch_sub(1) != 1) return;
    std::unique_ptr<Run> self(this);
    absl::StatusOr<RunGraphReply> result;
    {
      MutexLock lock(&mu);
      // Why the step was cancelled comes before what the cancelling led to.
      if (!status.ok() && step->cancellation->IsCancelled()) status = step->cancellation->status();
      if (status.ok()) {
        result = std::move(reply);
      } else {
        result = status;
      }
    }
    done(std::move(result));
  }
};

void RegisteredGraph::RunAsync(StepContext* step, std::vector<std::pair<int, Tensor>> feeds,
                               Done done) const {
  auto args = PartArguments(std::move(feeds));
  if (!args.ok() || parts_.empty()) {
    done(args.ok() ? absl::StatusOr<RunGraphReply>(RunGraphReply()) : args.status());
    return;
  }
  Run* run = new Run{this, step, std::move(done), {parts_.size()}, {}, {}, {}};
  const auto start = [run, step](const Part& part, std::vector<Tensor> part_args) {
    part.plan->RunAsync(step, std::move(part_args),
                        [run, &part](absl::StatusOr<std::vector<Tensor>> results) {
                          run->PartDone(part, std::move(results));
                        });
  };
  // The first one here and last: `this` may be gone then.
  for (size_t i = parts_.size(); --i > 0;) {
    const Part& part = parts_[i];
    if (part.plan->device()->is_host()) {
      part.plan->device()->pool()->Schedule(
          [start, &part, part_args = std::move((*args)[i])]() mutable {
            start(part, std::move(part_args));
          });
    } else {
      start(part, std::move((*args)[i]));
    }
  }
  start(parts_[0], std::move((*args)[0]));
}

}  // namespace millrace
