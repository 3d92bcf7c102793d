// run_graph: runs a stored graph or SavedModel on stored tensors, and compares.
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"
#include "kernels/all.h"
#include "tools/run/list_ops.h"
#include "tools/run/model.h"
#include "tools/run/run_case.h"
#include "tools/run/tensor_file.h"

namespace millrace {
namespace {

constexpr char kUsage[] =
    "Runs a stored graph or SavedModel on stored tensors.\n"
    "\n"
    "  run_graph --case DIR\n"
    "      runs the steps of DIR/case.json in order, compares what they give with what is\n"
    "      expected, and ends with the line \"N passed, N failed\"\n"
    "      --scatter SEED: each node without state on one of three CPU devices, drawn at\n"
    "      random, to test how graphs are placed and cut\n"
    "  run_graph --graph G.pb --feed NAME=FILE ... --fetch NAME=FILE ... [--target OP ...]\n"
    "  run_graph --saved_model DIR [--tag serve] [--signature serving_default]\n"
    "            --feed KEY=FILE ... --fetch KEY=FILE ...\n"
    "      runs one step and writes what was fetched\n"
    "  run_graph --list_ops\n"
    "      one op a line: its name, a tab, the devices and types that it has kernels for\n"
    "\n"
    "Files are .npy, or .json for tensors of strings.\n";

// An option takes all that follows it up to the next one.
using Options = std::map<std::string, std::vector<std::string>>;

absl::StatusOr<Options> ParseOptions(int argc, char** argv) {
  static constexpr absl::string_view kKnown[] = {"case",      "graph",   "saved_model", "tag",
                                                 "signature", "feed",    "fetch",       "target",
                                                 "list_ops",  "scatter", "help"};
  Options options;
  std::vector<std::string>* values = nullptr;
  for (int i = 1; i < argc; ++i) {
    absl::string_view word = argv[i];
    if (!absl::StartsWith(word, "--")) {
      if (values == nullptr) {
        return absl::InvalidArgumentError(absl::StrCat("'", word, "' belongs to no option"));
      }
      values->emplace_back(word);
      continue;
    }
    const std::pair<std::string, std::string> option =
        absl::StrSplit(word.substr(2), absl::MaxSplits('=', 1));
    bool known = false;
    for (absl::string_view name : kKnown) known = known || option.first == name;
    if (!known) return absl::InvalidArgumentError(absl::StrCat("There is no option ", word));
    values = &options[option.first];
    if (absl::StrContains(word, '=')) values->push_back(option.second);
  }
  return options;
}

absl::StatusOr<std::string> One(const Options& options, const std::string& name,
                                const char* otherwise) {
  const auto at = options.find(name);
  if (at == options.end()) return std::string(otherwise);
  if (at->second.size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat("--", name, " takes one value"));
  }
  return at->second[0];
}

// NAME=FILE; tensor names hold no '='.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> NamedFiles(
    const Options& options, const std::string& name) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto at = options.find(name);
  if (at == options.end()) return out;
  for (const std::string& item : at->second) {
    std::pair<std::string, std::string> named = absl::StrSplit(item, absl::MaxSplits('=', 1));
    if (named.first.empty() || named.second.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--", name, " takes NAME=FILE, not '", item, "'"));
    }
    out.push_back(std::move(named));
  }
  return out;
}

absl::StatusOr<absl::optional<uint64_t>> ScatterSeed(const Options& options) {
  if (options.count("scatter") == 0) return absl::optional<uint64_t>();
  MR_ASSIGN_OR_RETURN(const std::string text, One(options, "scatter", ""));
  uint64_t seed;
  if (absl::SimpleAtoi(text, &seed)) return absl::optional<uint64_t>(seed);
  return absl::InvalidArgumentError(absl::StrCat("--scatter takes a number, not '", text, "'"));
}

absl::StatusOr<std::unique_ptr<Model>> LoadModel(const Options& options) {
  if (options.count("graph") != 0) {
    MR_ASSIGN_OR_RETURN(const std::string path, One(options, "graph", ""));
    MR_ASSIGN_OR_RETURN(const auto seed, ScatterSeed(options));
    return LoadGraph(path, seed);
  }
  MR_ASSIGN_OR_RETURN(const std::string dir, One(options, "saved_model", ""));
  MR_ASSIGN_OR_RETURN(const std::string tag, One(options, "tag", "serve"));
  MR_ASSIGN_OR_RETURN(const std::string signature, One(options, "signature", "serving_default"));
  const std::vector<std::string> tags = absl::StrSplit(tag, ',');
  return LoadSavedModelWithSignature(dir, tags, signature);
}

absl::Status RunStep(const Options& options) {
  MR_ASSIGN_OR_RETURN(const auto feed_files, NamedFiles(options, "feed"));
  MR_ASSIGN_OR_RETURN(const auto fetch_files, NamedFiles(options, "fetch"));
  MR_ASSIGN_OR_RETURN(auto model, LoadModel(options));
  Model::Feeds feeds;
  for (const auto& [name, file] : feed_files) {
    MR_ASSIGN_OR_RETURN(Tensor value, ReadTensorFile(file));
    feeds.emplace_back(name, std::move(value));
  }
  std::vector<std::string> fetches;
  for (const auto& [name, file] : fetch_files) fetches.push_back(name);
  const auto targets = options.find("target");
  MR_ASSIGN_OR_RETURN(
      const std::vector<Tensor> values,
      model->Run(feeds, fetches,
                 targets == options.end() ? std::vector<std::string>() : targets->second));
  for (size_t i = 0; i < values.size(); ++i) {
    MR_RETURN_IF_ERROR(WriteTensorFile(fetch_files[i].second, values[i]));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Main(int argc, char** argv) {
  MR_ASSIGN_OR_RETURN(const Options options, ParseOptions(argc, argv));
  if (options.count("help") != 0) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  if (options.count("list_ops") != 0) {
    std::fputs(ListOps(BuiltinRegistry()).c_str(), stdout);
    return 0;
  }
  const int modes = static_cast<int>(options.count("case") + options.count("graph") +
                                     options.count("saved_model"));
  if (modes != 1) {
    return absl::InvalidArgumentError("say one of --case, --graph, --saved_model and --list_ops");
  }
  if (options.count("case") == 0) {
    MR_RETURN_IF_ERROR(RunStep(options));
    return 0;
  }
  MR_ASSIGN_OR_RETURN(const std::string dir, One(options, "case", ""));
  MR_ASSIGN_OR_RETURN(const auto seed, ScatterSeed(options));
  MR_ASSIGN_OR_RETURN(const CaseResult result, RunCase(dir, seed));
  std::printf("%d passed, %d failed\n", result.passed, result.failed);
  return result.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace millrace

int main(int argc, char** argv) {
  const absl::StatusOr<int> status = millrace::Main(argc, argv);
  if (status.ok()) return *status;
  std::fprintf(stderr, "run_graph: %s\nrun_graph --help says how it is used.\n",
               status.status().ToString().c_str());
  return 2;
}
