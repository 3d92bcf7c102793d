#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/graph/import.h"
#include "core/io/saved_model.h"
#include "core/runtime/session.h"
#include "kernels/all.h"
#include "serving/servable.h"

namespace millrace {
namespace serving {
namespace {

template <typename Map>
std::string Keys(const Map& map) {
  return absl::StrJoin(map, ", ", [](std::string* out, const auto& entry) {
    absl::StrAppend(out, "'", entry.first, "'");
  });
}

class SavedModelServable final : public Servable {
 public:
  SavedModelServable(std::map<std::string, ModelSignature> signatures,
                     std::unique_ptr<Session> session)
      : model_signatures_(std::move(signatures)), session_(std::move(session)) {
    for (const auto& [name, model] : model_signatures_) {
      Signature& signature = signatures_[name];
      for (const auto& [key, t] : model.inputs) signature.inputs[key] = {t.dtype, t.shape};
      for (const auto& [key, t] : model.outputs) signature.outputs[key] = {t.dtype, t.shape};
    }
  }

  const std::map<std::string, Signature>& signatures() const override { return signatures_; }

  absl::StatusOr<Outputs> Run(absl::string_view signature, const Inputs& inputs,
                              absl::Span<const std::string> outputs,
                              const PredictOptions& options) const override {
    const auto at = model_signatures_.find(std::string(signature));
    if (at == model_signatures_.end()) {
      return absl::NotFoundError(absl::StrCat("The model has no signature '", signature,
                                              "'; it has ", Keys(model_signatures_)));
    }
    MR_ASSIGN_OR_RETURN(const std::vector<const Tensor*> feeds, MatchInputs(*at, inputs));
    MR_ASSIGN_OR_RETURN(const std::vector<std::string> keys, MatchOutputs(*at, outputs));
    MR_ASSIGN_OR_RETURN(const Session::CallableHandle callable, Callable(*at, keys));
    std::vector<Tensor> values;
    for (const Tensor* feed : feeds) values.push_back(*feed);
    RunOptions run_options;
    run_options.timeout = options.timeout;
    MR_ASSIGN_OR_RETURN(std::vector<Tensor> results,
                        session_->RunCallable(callable, run_options, values, nullptr));
    Outputs out;
    for (size_t i = 0; i < keys.size(); ++i) out.emplace(keys[i], std::move(results[i]));
    return out;
  }

 private:
  using Named = std::pair<const std::string, ModelSignature>;

  static absl::Status CheckInput(const Named& signature, const std::string& key,
                                 const SignatureTensor& want, const Tensor& got) {
    if (got.dtype() == want.dtype && want.shape.IsCompatibleWith(got.shape())) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "Input '", key, "' of signature '", signature.first, "' is ", DTypeName(want.dtype),
        want.shape.ToString(), ", but got ", DTypeName(got.dtype()), got.shape().ToString()));
  }

  // The inputs in the order of the signature's keys.
  static absl::StatusOr<std::vector<const Tensor*>> MatchInputs(const Named& signature,
                                                                const Inputs& inputs) {
    std::map<std::string, const Tensor*> given;
    for (const auto& [key, tensor] : inputs) {
      const auto want = signature.second.inputs.find(key);
      if (want == signature.second.inputs.end()) {
        return absl::NotFoundError(absl::StrCat("Signature '", signature.first, "' has no input '",
                                                key, "'; it has ", Keys(signature.second.inputs)));
      }
      if (!given.emplace(key, &tensor).second) {
        return absl::InvalidArgumentError(absl::StrCat("Input '", key, "' is given twice"));
      }
      MR_RETURN_IF_ERROR(CheckInput(signature, key, want->second, tensor));
    }
    std::vector<const Tensor*> feeds;
    for (const auto& [key, want] : signature.second.inputs) {
      const auto at = given.find(key);
      if (at == given.end()) {
        return absl::InvalidArgumentError(
            absl::StrCat("Input '", key, "' of signature '", signature.first, "' is missing (",
                         DTypeName(want.dtype), want.shape.ToString(), ")"));
      }
      feeds.push_back(at->second);
    }
    return feeds;
  }

  static absl::StatusOr<std::vector<std::string>> MatchOutputs(
      const Named& signature, absl::Span<const std::string> outputs) {
    std::vector<std::string> keys(outputs.begin(), outputs.end());
    if (keys.empty()) {
      for (const auto& [key, t] : signature.second.outputs) keys.push_back(key);
    }
    for (const std::string& key : keys) {
      if (signature.second.outputs.count(key) == 0) {
        return absl::NotFoundError(absl::StrCat("Signature '", signature.first, "' has no output '",
                                                key, "'; it has ", Keys(signature.second.outputs)));
      }
    }
    return keys;
  }

  absl::StatusOr<Session::CallableHandle> Callable(const Named& signature,
                                                   const std::vector<std::string>& keys) const {
    const std::string name = absl::StrCat(signature.first, "\n", absl::StrJoin(keys, "\n"));
    MutexLock lock(&mu_);
    const auto at = callables_.find(name);
    if (at != callables_.end()) return at->second;
    StepSignature step;
    for (const auto& [key, t] : signature.second.inputs) step.feeds.push_back(t.tensor);
    for (const std::string& key : keys) {
      step.fetches.push_back(signature.second.outputs.at(key).tensor);
    }
    MR_ASSIGN_OR_RETURN(const Session::CallableHandle handle, session_->MakeCallable(step));
    callables_.emplace(name, handle);
    return handle;
  }

  const std::map<std::string, ModelSignature> model_signatures_;
  std::map<std::string, Signature> signatures_;
  const std::unique_ptr<Session> session_;
  mutable Mutex mu_;
  mutable absl::flat_hash_map<std::string, Session::CallableHandle> callables_ ABSL_GUARDED_BY(mu_);
};

// Runs `target` once with the model's assets and `feeds`.
absl::Status RunOnce(Session* session, const SavedModelGraph& model, const std::string& target,
                     std::vector<Session::Feed> feeds) {
  for (const auto& [tensor, file] : model.assets) {
    feeds.emplace_back(tensor, Tensor::Scalar<std::string>(file));
  }
  return session->Run(RunOptions(), feeds, {}, {target}, nullptr).status();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Servable>> LoadSavedModel(absl::string_view dir,
                                                         absl::Span<const std::string> tags,
                                                         const LoadOptions& options) {
  MR_ASSIGN_OR_RETURN(SavedModelGraph model, ReadSavedModel(DefaultEnv(), dir, tags));
  auto graph = std::make_shared<Graph>(&BuiltinRegistry());
  MR_RETURN_IF_ERROR(Annotate(ImportGraphDef(*model.graph, ImportOptions(), graph.get()).status(),
                              absl::StrCat("Loading ", dir)));
  model.graph.reset();
  SessionOptions session_options;
  session_options.fold_constants = options.fold_constants;
  MR_ASSIGN_OR_RETURN(std::unique_ptr<Session> session,
                      NewLocalSession(session_options, graph, DeviceSet::Local()));
  if (!model.variables_prefix.empty() && !model.restore_op.empty()) {
    MR_RETURN_IF_ERROR(Annotate(
        RunOnce(session.get(), model, model.restore_op,
                {{model.restore_path_tensor, Tensor::Scalar<std::string>(model.variables_prefix)}}),
        absl::StrCat("Restoring the variables of ", dir)));
  }
  if (!model.init_op.empty()) {
    MR_RETURN_IF_ERROR(Annotate(RunOnce(session.get(), model, model.init_op, {}),
                                absl::StrCat("Initialising the model in ", dir)));
  }
  return std::unique_ptr<Servable>(
      std::make_unique<SavedModelServable>(std::move(model.signatures), std::move(session)));
}

}  // namespace serving
}  // namespace millrace
