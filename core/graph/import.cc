#include "core/graph/import.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/status.h"
#include "core/graph/attr_codec.h"
#include "core/graph/function_library.h"
#include "core/graph/import_functions.h"
#include "core/graph/node_check.h"
#include "core/graph/node_order.h"
#include "core/graph/registry.h"
#include "core/graph/tensor_name.h"
#include "protos/graph.pb.h"

namespace millrace {
namespace {

constexpr absl::string_view kColocationPrefix = "loc:@";

absl::Status CheckVersions(const GraphDef& def) {
  const VersionDef& versions = def.versions();
  if (versions.producer() < 0 || versions.min_consumer() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("GraphDef versions must not be negative: producer ", versions.producer(),
                     ", min_consumer ", versions.min_consumer()));
  }
  if (versions.min_consumer() > kGraphProducerVersion) {
    return absl::InvalidArgumentError(
        absl::StrCat("GraphDef needs a consumer of version ", versions.min_consumer(),
                     " or later; this is ", kGraphProducerVersion, ". Please upgrade Millrace"));
  }
  for (const int bad : versions.bad_consumers()) {
    if (bad == kGraphProducerVersion) {
      return absl::InvalidArgumentError(
          absl::StrCat("GraphDef disallows consumers of version ", bad));
    }
  }
  return absl::OkStatus();
}

// "train.py:12" for each node that the GraphDef has a trace of.
class Origins {
 public:
  explicit Origins(const GraphDebugInfo& info) : info_(info) {}

  std::string Find(const std::string& node) const {
    auto trace = info_.traces().find(node);
    if (trace == info_.traces().end() || trace->second.file_line_cols_size() == 0) return "";
    const auto& frame = trace->second.file_line_cols(0);
    if (frame.file_index() < 0 || frame.file_index() >= info_.files_size()) return "";
    return absl::StrCat(info_.files(frame.file_index()), ":", frame.line());
  }

 private:
  const GraphDebugInfo& info_;
};

// One import. Everything that can be checked before is, so that failures after the first change are
// few; those take back what was added.
class Importer {
 public:
  Importer(const GraphDef& def, const ImportOptions& options, Graph* graph)
      : def_(def), options_(options), graph_(graph), origins_(def.debug_info()) {}

  absl::StatusOr<ImportResults> Import() {
    MR_RETURN_IF_ERROR(CheckVersions(def_));
    MR_RETURN_IF_ERROR(ReadInputMap());
    MR_RETURN_IF_ERROR(IndexNodes());
    MR_RETURN_IF_ERROR(ReadInputs());
    MR_ASSIGN_OR_RETURN(const std::vector<int> order, Order());
    AddedFunctions functions(&graph_->library());
    absl::Status status = functions.Add(def_.library());
    if (status.ok()) status = AddNodes(order);
    ImportResults results;
    if (status.ok()) status = FindReturned(&results);
    if (status.ok()) status = CheckDeferred();
    if (!status.ok()) {
      functions.TakeBack();
      TakeBackNodes();
      return status;
    }
    MR_RETURN_IF_ERROR(JoinDeferred());
    SetVersion();
    return results;
  }

 private:
  // An input as the def names it: of another node of the def, or mapped to what is in the graph.
  struct Input {
    int node = -1;  // index into the def; -1: `mapped`
    int index = 0;
    Endpoint mapped;
  };
  struct NodeInputs {
    std::vector<Input> data, control;
  };
  struct Deferred {
    Node* node;
    int input;
    Input source;
  };

  absl::Status ReadInputMap();
  absl::Status IndexNodes();
  absl::Status ReadInputs();
  absl::StatusOr<Input> ReadInput(absl::string_view text) const;
  absl::StatusOr<std::vector<int>> Order() const;
  absl::Status AddNodes(const std::vector<int>& order);
  absl::Status AddNode(int i);
  absl::StatusOr<AttrMap> ReadAttrs(const NodeDef& def) const;
  absl::Status MatchSchema(const NodeDef& def, AttrMap* attrs) const;
  absl::StatusOr<Endpoint> Resolve(const Input& input) const;
  absl::Status FindReturned(ImportResults* results) const;
  absl::Status CheckDeferred() const;
  absl::Status JoinDeferred();
  void TakeBackNodes();
  void SetVersion();

  std::string Prefixed(absl::string_view name) const {
    return options_.prefix.empty() ? std::string(name) : absl::StrCat(options_.prefix, "/", name);
  }

  const GraphDef& def_;
  const ImportOptions& options_;
  Graph* const graph_;
  const Origins origins_;
  absl::flat_hash_map<TensorName, Endpoint> input_map_;
  absl::flat_hash_map<absl::string_view, int> index_of_;
  std::vector<NodeInputs> inputs_;
  std::vector<Node*> nodes_;  // by index into the def; null until added
  std::vector<Deferred> deferred_;
};

absl::Status Importer::ReadInputMap() {
  for (const auto& [name, endpoint] : options_.input_map) {
    MR_ASSIGN_OR_RETURN(const TensorName key, ParseTensorName(name));
    if (endpoint.node == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("input_map: '", name, "' maps to nothing"));
    }
    if (!key.is_control() &&
        (endpoint.index < 0 || endpoint.index >= endpoint.node->num_outputs())) {
      return absl::InvalidArgumentError(absl::StrCat("input_map: '", name, "' maps to output ",
                                                     endpoint.index, " of ",
                                                     endpoint.node->Describe()));
    }
    input_map_[key] = endpoint;
  }
  return absl::OkStatus();
}

absl::Status Importer::IndexNodes() {
  index_of_.reserve(def_.node_size());
  for (int i = 0; i < def_.node_size(); ++i) {
    const NodeDef& node = def_.node(i);
    if (!IsValidNodeName(node.name(), /*internal=*/true)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Node '", node.name(), "' (op: ", node.op(), "): the name is not valid"));
    }
    if (!index_of_.emplace(node.name(), i).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("Node '", node.name(), "' is in the GraphDef twice"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Importer::Input> Importer::ReadInput(absl::string_view text) const {
  MR_ASSIGN_OR_RETURN(const TensorName name, ParseTensorName(text));
  if (auto mapped = input_map_.find(name); mapped != input_map_.end()) {
    return Input{-1, name.index, mapped->second};
  }
  auto found = index_of_.find(name.node);
  if (found == index_of_.end()) {
    return absl::InvalidArgumentError(absl::StrCat("unknown input node '", text, "'"));
  }
  return Input{found->second, name.index, {}};
}

absl::Status Importer::ReadInputs() {
  inputs_.resize(def_.node_size());
  for (int i = 0; i < def_.node_size(); ++i) {
    const NodeDef& node = def_.node(i);
    for (const std::string& text : node.input()) {
      auto input = ReadInput(text);
      if (!input.ok()) {
        return Annotate(input.status(), absl::StrCat("Node '", node.name(), "'"));
      }
      if (text[0] == '^') {
        inputs_[i].control.push_back(*std::move(input));
      } else if (inputs_[i].control.empty()) {
        inputs_[i].data.push_back(*std::move(input));
      } else {
        return absl::InvalidArgumentError(absl::StrCat("Node '", node.name(), "': input '", text,
                                                       "' comes after a control input"));
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> Importer::Order() const {
  std::vector<std::vector<int>> needs(def_.node_size());
  for (int i = 0; i < def_.node_size(); ++i) {
    for (const Input& input : inputs_[i].data) {
      if (input.node >= 0 && !IsBackEdge(def_.node(input.node).op(), def_.node(i).op())) {
        needs[i].push_back(input.node);
      }
    }
    for (const Input& input : inputs_[i].control) {
      if (input.node >= 0) needs[i].push_back(input.node);
    }
  }
  return OrderByNeeds(needs, [this](int i) { return def_.node(i).name(); });
}

absl::Status Importer::AddNodes(const std::vector<int>& order) {
  nodes_.resize(def_.node_size());
  for (const int i : order) MR_RETURN_IF_ERROR(AddNode(i));
  return absl::OkStatus();
}

// OK where the source is not there yet: the endpoint is then null.
absl::StatusOr<Endpoint> Importer::Resolve(const Input& input) const {
  if (input.node < 0) return input.mapped;
  Node* source = nodes_[input.node];
  if (source != nullptr && input.index >= source->num_outputs()) {
    return absl::InvalidArgumentError(absl::StrCat("there is no output ", input.index, " of node '",
                                                   def_.node(input.node).name(), "', which has ",
                                                   source->num_outputs()));
  }
  return Endpoint{source, input.index};
}

absl::StatusOr<AttrMap> Importer::ReadAttrs(const NodeDef& def) const {
  MR_ASSIGN_OR_RETURN(AttrMap attrs, AttrsFromProto(def.attr()));
  std::vector<std::string> groups;
  if (options_.prefix.empty() || !attrs.Has("_class")) return attrs;
  MR_RETURN_IF_ERROR(attrs.Get("_class", &groups));
  for (std::string& group : groups) {
    absl::string_view name = group;
    if (absl::ConsumePrefix(&name, kColocationPrefix)) {
      group = absl::StrCat(kColocationPrefix, Prefixed(name));
    }
  }
  attrs.Set("_class", std::move(groups));
  return attrs;
}

// Attributes without a default are never inferred in a stored graph; those that a newer program
// added are dropped.
absl::Status Importer::MatchSchema(const NodeDef& def, AttrMap* attrs) const {
  const OpSchema* op = graph_->registry().Find(def.op());
  if (op == nullptr) return absl::OkStatus();  // a function, or AddNode's error
  for (const AttrDef& attr : op->attrs) {
    if (attr.default_value || attrs->Has(attr.name)) continue;
    return absl::InvalidArgumentError(absl::StrCat("the attribute '", attr.name, "' is missing"));
  }
  for (const auto& [name, value] : def.attr()) {
    if (op->FindAttr(name) == nullptr && !absl::StartsWith(name, "_")) attrs->Erase(name);
  }
  return absl::OkStatus();
}

absl::Status Importer::AddNode(int i) {
  const NodeDef& def = def_.node(i);
  auto in_node = [&](const absl::Status& status) {
    return Annotate(status, absl::StrCat("Node '", def.name(), "' (op: ", def.op(), ")"));
  };
  Graph::NodeArgs args;
  args.name = Prefixed(def.name());
  args.internal_name = true;
  args.op = def.op();
  args.device = def.device();
  args.origin = origins_.Find(def.name());
  auto attrs = ReadAttrs(def);
  if (!attrs.ok()) return in_node(attrs.status());
  args.attrs = *std::move(attrs);
  if (absl::Status status = MatchSchema(def, &args.attrs); !status.ok()) return in_node(status);
  bool deferred = false;
  for (const Input& input : inputs_[i].data) {
    auto source = Resolve(input);
    if (!source.ok()) return in_node(source.status());
    if (source->node == nullptr) deferred = true;
    args.inputs.push_back(*source);
  }
  if (deferred) {
    DType type = DType::kInvalid;
    if (absl::Status status = args.attrs.Get("T", &type); !status.ok()) return in_node(status);
    args.deferred_input_types.assign(args.inputs.size(), type);
  }
  for (const Input& input : inputs_[i].control) {
    args.control_inputs.push_back(input.node < 0 ? input.mapped.node : nodes_[input.node]);
  }
  MR_ASSIGN_OR_RETURN(nodes_[i], graph_->AddNode(std::move(args)));
  for (int k = 0; deferred && k < static_cast<int>(inputs_[i].data.size()); ++k) {
    const Input& input = inputs_[i].data[k];
    if (nodes_[i]->input(k).node == nullptr) deferred_.push_back({nodes_[i], k, input});
  }
  return absl::OkStatus();
}

absl::Status Importer::FindReturned(ImportResults* results) const {
  for (const std::string& element : options_.return_elements) {
    MR_ASSIGN_OR_RETURN(const TensorName name, ParseTensorName(element));
    const bool is_op = !absl::StrContains(element, ':');
    auto mapped = is_op ? input_map_.end() : input_map_.find(name);
    if (mapped != input_map_.end()) {
      results->returned.push_back(mapped->second);
      continue;
    }
    auto found = index_of_.find(name.node);
    if (found == index_of_.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Requested return element '", element, "' is not in the GraphDef"));
    }
    Node* node = nodes_[found->second];
    if (!is_op && name.index >= node->num_outputs()) {
      return absl::InvalidArgumentError(absl::StrCat("Requested return element '", element,
                                                     "' does not exist: ", node->Describe(),
                                                     " has ", node->num_outputs(), " outputs"));
    }
    results->returned.push_back({node, is_op ? -1 : name.index});
  }
  return absl::OkStatus();
}

absl::Status Importer::CheckDeferred() const {
  for (const Deferred& d : deferred_) {
    MR_ASSIGN_OR_RETURN(const Endpoint source, Resolve(d.source));
    const DType found = source.node->output_type(source.index);
    const DType wanted = d.node->input_type(d.input);
    if (found != wanted && (IsRef(wanted) || BaseType(found) != wanted)) {
      return absl::InvalidArgumentError(
          absl::StrCat(d.node->Describe(), ": input ", d.input, " must be ",
                       DTypeName(d.node->input_type(d.input)), ", but '", source.node->name(),
                       "' gives ", DTypeName(found)));
    }
  }
  return absl::OkStatus();
}

absl::Status Importer::JoinDeferred() {
  for (const Deferred& d : deferred_) {
    MR_ASSIGN_OR_RETURN(const Endpoint source, Resolve(d.source));
    MR_RETURN_IF_ERROR(graph_->SetInput(d.node, d.input, source));
  }
  return absl::OkStatus();
}

// In the reverse order: a consumer goes before what it uses. Loops are not closed yet.
void Importer::TakeBackNodes() {
  std::vector<Node*> added;
  for (Node* node : nodes_) {
    if (node != nullptr) added.push_back(node);
  }
  std::sort(added.begin(), added.end(), [](Node* a, Node* b) { return a->id() > b->id(); });
  for (Node* node : added) graph_->RemoveNode(node);
}

void Importer::SetVersion() {
  int producer = def_.versions().producer();
  if (!def_.has_versions()) producer = kGraphProducerVersion;
  if (graph_->producer_version() > 0) producer = std::min(producer, graph_->producer_version());
  graph_->set_producer_version(producer);
}

}  // namespace

absl::StatusOr<ImportResults> ImportGraphDef(const GraphDef& def, const ImportOptions& options,
                                             Graph* graph) {
  return Importer(def, options, graph).Import();
}

absl::StatusOr<ImportResults> ImportGraphDefBytes(absl::string_view bytes,
                                                  const ImportOptions& options, Graph* graph) {
  GraphDef def;
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max()) ||
      !def.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InvalidArgumentError(
        absl::StrCat("The ", bytes.size(), " bytes are not a GraphDef: malformed or cut short"));
  }
  return ImportGraphDef(def, options, graph);
}

}  // namespace millrace
