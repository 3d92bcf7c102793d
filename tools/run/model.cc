#include "tools/run/model.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "core/base/env.h"
#include "core/base/status.h"
#include "core/graph/import.h"
#include "core/runtime/cpu_devices.h"
#include "core/runtime/session.h"
#include "kernels/all.h"
#include "serving/servable.h"

namespace millrace {
namespace {

class GraphModel final : public Model {
 public:
  explicit GraphModel(std::unique_ptr<Session> session) : session_(std::move(session)) {}
  absl::StatusOr<std::vector<Tensor>> Run(const Feeds& feeds, absl::Span<const std::string> fetches,
                                          absl::Span<const std::string> targets) override {
    return session_->Run(RunOptions(), feeds, fetches, targets, nullptr);
  }

 private:
  const std::unique_ptr<Session> session_;
};

class SignatureModel final : public Model {
 public:
  SignatureModel(std::unique_ptr<serving::Servable> servable, std::string signature)
      : servable_(std::move(servable)), signature_(std::move(signature)) {}
  absl::StatusOr<std::vector<Tensor>> Run(const Feeds& feeds, absl::Span<const std::string> fetches,
                                          absl::Span<const std::string> targets) override {
    if (!targets.empty()) {
      return absl::InvalidArgumentError("A signature has outputs to fetch, no targets");
    }
    MR_ASSIGN_OR_RETURN(serving::Servable::Outputs outputs,
                        servable_->Run(signature_, feeds, fetches));
    std::vector<Tensor> values;
    for (const std::string& fetch : fetches) values.push_back(outputs[fetch]);
    return values;
  }

 private:
  const std::unique_ptr<serving::Servable> servable_;
  const std::string signature_;
};

constexpr int kScatterDevices = 3;

// State stays where it is, and what touches it or is colocated with it.
bool MayMove(const Node& node) {
  const auto is_state = [](DType type) { return IsRef(type) || type == DType::kResource; };
  return !node.op().is_stateful && node.attrs().Find("_class") == nullptr &&
         std::none_of(node.input_types().begin(), node.input_types().end(), is_state) &&
         std::none_of(node.output_types().begin(), node.output_types().end(), is_state);
}

void Scatter(uint64_t seed, Graph* graph) {
  std::mt19937_64 random(seed);
  for (const auto& node : graph->nodes()) {
    if (node == nullptr || !MayMove(*node)) continue;
    graph->SetRequestedDevice(node.get(), absl::StrCat("/cpu:", random() % kScatterDevices));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> LoadGraph(const std::string& path,
                                                 absl::optional<uint64_t> scatter_seed) {
  MR_ASSIGN_OR_RETURN(const std::string bytes, DefaultEnv()->ReadFileToString(path));
  auto graph = std::make_shared<Graph>(&BuiltinRegistry());
  MR_RETURN_IF_ERROR(ImportGraphDefBytes(bytes, ImportOptions(), graph.get()).status());
  if (scatter_seed.has_value()) Scatter(*scatter_seed, graph.get());
  MR_ASSIGN_OR_RETURN(
      std::unique_ptr<Session> session,
      NewLocalSession(SessionOptions(), graph,
                      LocalCpuDevices(scatter_seed.has_value() ? kScatterDevices : 1)));
  return std::unique_ptr<Model>(std::make_unique<GraphModel>(std::move(session)));
}

absl::StatusOr<std::unique_ptr<Model>> LoadSavedModelWithSignature(
    const std::string& dir, absl::Span<const std::string> tags, const std::string& signature) {
  MR_ASSIGN_OR_RETURN(auto servable, serving::LoadSavedModel(dir, tags));
  return std::unique_ptr<Model>(std::make_unique<SignatureModel>(std::move(servable), signature));
}

}  // namespace millrace
