#include "tools/run/run_case.h"

#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/env.h"
#include "core/base/status.h"
#include "tools/run/compare.h"
#include "tools/run/model.h"
#include "tools/run/tensor_file.h"

namespace millrace {
namespace {

using Json = nlohmann::json;

struct Step {
  std::vector<std::pair<std::string, std::string>> feeds;  // name, file
  std::vector<std::string> targets, fetches;
  std::vector<std::string> expected;  // files, in the order of fetches
  double rtol = 0, atol = 0;
  std::string error;  // "" or a code's name
};

std::string StringOr(const Json& json, const char* key, const char* otherwise) {
  return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : otherwise;
}

double NumberOr(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_number() ? json[key].get<double>() : 0.0;
}

std::vector<std::pair<std::string, std::string>> StringMap(const Json& json, const char* key) {
  std::vector<std::pair<std::string, std::string>> out;
  if (!json.contains(key) || !json[key].is_object()) return out;
  for (const auto& [name, value] : json[key].items()) {
    out.emplace_back(name, value.is_string() ? value.get<std::string>() : "");
  }
  return out;
}

Step ParseStep(const Json& json) {
  Step step;
  step.feeds = StringMap(json, "feeds");
  for (auto& [name, file] : StringMap(json, "fetches")) {
    step.fetches.push_back(name);
    step.expected.push_back(file);
  }
  if (json.contains("targets") && json["targets"].is_array()) {
    for (const auto& target : json["targets"]) {
      if (target.is_string()) step.targets.push_back(target.get<std::string>());
    }
  }
  step.rtol = NumberOr(json, "rtol");
  step.atol = NumberOr(json, "atol");
  step.error = StringOr(json, "error", "");
  return step;
}

absl::StatusOr<std::unique_ptr<Model>> Load(const Json& json,
                                            absl::optional<uint64_t> scatter_seed) {
  const std::string saved_model = StringOr(json, "saved_model", "");
  if (saved_model.empty()) {
    return LoadGraph(StringOr(json, "graph", "graph.pb"), scatter_seed);
  }
  const std::vector<std::string> tags = absl::StrSplit(StringOr(json, "tag", "serve"), ',');
  return LoadSavedModelWithSignature(saved_model, tags,
                                     StringOr(json, "signature", "serving_default"));
}

absl::StatusOr<std::vector<Tensor>> RunStep(Model* model, const Step& step) {
  Model::Feeds feeds;
  for (const auto& [name, file] : step.feeds) {
    MR_ASSIGN_OR_RETURN(Tensor value, ReadTensorFile(file));
    feeds.emplace_back(name, std::move(value));
  }
  return model->Run(feeds, step.fetches, step.targets);
}

// True if the step ended as it must; else prints why not.
bool CheckStep(int number, const Step& step, const absl::StatusOr<std::vector<Tensor>>& got) {
  if (!step.error.empty() || !got.ok()) {
    const absl::string_view code = StatusCodeName(got.status().code());
    if (code == step.error) return true;
    std::printf("step %d: expected %s, got %s\n", number,
                step.error.empty() ? "OK" : step.error.c_str(), got.status().ToString().c_str());
    return false;
  }
  bool same = true;
  for (size_t i = 0; i < step.fetches.size(); ++i) {
    auto expected = ReadTensorFile(step.expected[i]);
    const std::string difference = expected.ok()
                                       ? Difference((*got)[i], *expected, step.rtol, step.atol)
                                       : expected.status().ToString();
    if (difference.empty()) continue;
    std::printf("step %d: %s: %s\n", number, step.fetches[i].c_str(), difference.c_str());
    same = false;
  }
  return same;
}

}  // namespace

absl::StatusOr<CaseResult> RunCase(const std::string& dir, absl::optional<uint64_t> scatter_seed) {
  if (chdir(dir.c_str()) != 0) {
    return absl::NotFoundError(absl::StrCat("There is no folder ", dir, " to go to"));
  }
  MR_ASSIGN_OR_RETURN(const std::string text, DefaultEnv()->ReadFileToString("case.json"));
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("steps") || !json["steps"].is_array()) {
    return absl::InvalidArgumentError(absl::StrCat(dir, "/case.json is no case"));
  }
  auto model = Load(json, scatter_seed);
  CaseResult result;
  int number = 0;
  for (const Json& step_json : json["steps"]) {
    const Step step = ParseStep(step_json);
    const auto got = model.ok() ? RunStep(model->get(), step)
                                : absl::StatusOr<std::vector<Tensor>>(model.status());
    ++(CheckStep(number++, step, got) ? result.passed : result.failed);
  }
  return result;
}

}  // namespace millrace
