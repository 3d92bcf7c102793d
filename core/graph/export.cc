#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/attr_codec.h"
#include "core/graph/function_library.h"
#include "core/graph/import.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "protos/graph.pb.h"

namespace millrace {
namespace {

// Protocol Buffers end at 2 GiB.
constexpr size_t kMaxBytes = (size_t{1} << 31) - 1;

void StripDefaults(const OpSchema& op, AttrMap* attrs) {
  for (const AttrDef& def : op.attrs) {
    const Attr* value = attrs->Find(def.name);
    if (value != nullptr && def.default_value.has_value() && *value == *def.default_value) {
      attrs->Erase(def.name);
    }
  }
}

absl::Status ExportNode(const Node& node, const ExportOptions& options, NodeDef* def) {
  def->set_name(node.name());
  def->set_op(node.type());
  for (const Endpoint& e : node.inputs()) {
    if (e.node == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(node.Describe(), " has an input that was never joined"));
    }
    def->add_input(e.index == 0 ? e.node->name() : absl::StrCat(e.node->name(), ":", e.index));
  }
  for (const Node* control : node.control_inputs()) {
    def->add_input(absl::StrCat("^", control->name()));
  }
  if (!options.clear_devices) {
    def->set_device(options.use_assigned_devices && !node.assigned_device().empty()
                        ? node.assigned_device()
                        : node.requested_device());
  }
  AttrMap attrs = node.attrs();
  if (options.strip_default_attrs) StripDefaults(node.op(), &attrs);
  if (options.add_output_shapes && node.num_outputs() > 0) {
    std::vector<PartialShape> shapes;
    for (int i = 0; i < node.num_outputs(); ++i) shapes.push_back(node.output_shape(i));
    attrs.Set("_output_shapes", std::move(shapes));
  }
  return Annotate(AttrsToProto(attrs, def->mutable_attr()), node.Describe());
}

absl::Status ExportLibrary(const FunctionLibrary& library, FunctionDefLibrary* def) {
  for (const std::string& name : library.ListNames()) {
    const auto function = library.Find(name);
    if (function == nullptr) continue;  // removed meanwhile
    MR_RETURN_IF_ERROR(FunctionToProto(*function, def->add_function()));
    if (std::string gradient = library.Gradient(name); !gradient.empty()) {
      GradientDef* entry = def->add_gradient();
      entry->set_function_name(name);
      entry->set_gradient_func(gradient);
    }
  }
  return absl::OkStatus();
}

// "train.py:12" as a trace of one frame.
class OriginWriter {
 public:
  explicit OriginWriter(GraphDebugInfo* info) : info_(info) {}

  void Add(const Node& node) {
    const size_t colon = node.origin().rfind(':');
    int line;
    if (colon == std::string::npos || !absl::SimpleAtoi(node.origin().substr(colon + 1), &line)) {
      return;
    }
    auto [it, inserted] =
        file_index_.try_emplace(node.origin().substr(0, colon), info_->files_size());
    if (inserted) info_->add_files(it->first);
    auto* frame = (*info_->mutable_traces())[node.name()].add_file_line_cols();
    frame->set_file_index(it->second);
    frame->set_line(line);
  }

 private:
  GraphDebugInfo* const info_;
  std::map<std::string, int> file_index_;
};

}  // namespace

absl::Status ExportGraphDef(const Graph& graph, const ExportOptions& options, GraphDef* def) {
  def->Clear();
  def->mutable_versions()->set_producer(graph.producer_version() > 0 ? graph.producer_version()
                                                                     : kGraphProducerVersion);
  def->mutable_versions()->set_min_consumer(kGraphMinConsumer);
  std::unique_ptr<OriginWriter> origins;
  for (const auto& node : graph.nodes()) {
    if (node == nullptr) continue;
    MR_RETURN_IF_ERROR(ExportNode(*node, options, def->add_node()));
    if (node->origin().empty()) continue;
    if (origins == nullptr) origins = std::make_unique<OriginWriter>(def->mutable_debug_info());
    origins->Add(*node);
  }
  if (graph.library().ListNames().empty()) return absl::OkStatus();
  return ExportLibrary(graph.library(), def->mutable_library());
}

absl::StatusOr<std::string> ExportGraphDefBytes(const Graph& graph, const ExportOptions& options) {
  GraphDef def;
  MR_RETURN_IF_ERROR(ExportGraphDef(graph, options, &def));
  const size_t size = def.ByteSizeLong();
  if (size > kMaxBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("The graph takes ", size,
                     " bytes, more than the 2 GiB a GraphDef may have: keep large "
                     "values in variables, not in constants"));
  }
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);  // Equal graphs give equal bytes.
    def.SerializeWithCachedSizes(&coded);
  }
  return bytes;
}

}  // namespace millrace
