#include "core/io/saved_model.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "core/io/bundle_format.h"
#include "core/tensor/tensor_codec.h"
#include "protos/meta_graph.pb.h"
#include "protos/saved_model.pb.h"

namespace millrace {
namespace {

constexpr char kInitSignature[] = "__saved_model_init_op";

absl::StatusOr<SavedModel> ReadProto(Env* env, absl::string_view dir) {
  const std::string path = JoinPath(dir, "saved_model.pb");
  auto bytes = env->ReadFileToString(path);
  if (!bytes.ok()) {
    return Annotate(bytes.status(), absl::StrCat("No SavedModel can be read from ", dir));
  }
  SavedModel model;
  if (!model.ParseFromString(*bytes)) {
    return absl::DataLossError(absl::StrCat(path, " is not a serialised SavedModel"));
  }
  return model;
}

// The entry with these tags; taken out of `model`.
absl::StatusOr<MetaGraphDef*> FindMetaGraph(SavedModel* model, absl::string_view dir,
                                            absl::Span<const std::string> tags) {
  const std::set<std::string> wanted(tags.begin(), tags.end());
  std::string there;
  for (MetaGraphDef& meta : *model->mutable_meta_graphs()) {
    const auto& have = meta.meta_info_def().tags();
    if (std::set<std::string>(have.begin(), have.end()) == wanted) return &meta;
    absl::StrAppend(&there, there.empty() ? "" : ", ", "{", absl::StrJoin(have, ","), "}");
  }
  return absl::NotFoundError(absl::StrCat("The SavedModel in ", dir,
                                          " has no graph with the tags {",
                                          absl::StrJoin(wanted, ","), "}; it has: ", there));
}

absl::StatusOr<std::map<std::string, SignatureTensor>> ReadTensors(
    const google::protobuf::Map<std::string, TensorInfo>& infos) {
  std::map<std::string, SignatureTensor> out;
  for (const auto& [key, info] : infos) {
    SignatureTensor& t = out[key];
    t.tensor = info.name();
    t.dtype = static_cast<DType>(info.dtype());
    if (info.has_tensor_shape()) {
      MR_ASSIGN_OR_RETURN(t.shape, PartialShapeFromProto(info.tensor_shape()));
    }
  }
  return out;
}

absl::Status ReadSignatures(const MetaGraphDef& meta, SavedModelGraph* out) {
  for (const auto& [name, def] : meta.signature_def()) {
    if (name == kInitSignature) {
      for (const auto& [key, info] : def.outputs()) out->init_op = info.name();
      continue;
    }
    ModelSignature& signature = out->signatures[name];
    signature.method = def.method_name();
    MR_ASSIGN_OR_RETURN(signature.inputs, ReadTensors(def.inputs()));
    MR_ASSIGN_OR_RETURN(signature.outputs, ReadTensors(def.outputs()));
  }
  return absl::OkStatus();
}

// The op to run once: a collection of one node, of a name that changed over the years.
void ReadInitOp(const MetaGraphDef& meta, SavedModelGraph* out) {
  for (const char* name : {"saved_model_main_op", "legacy_init_op"}) {
    const auto at = meta.collection_def().find(name);
    if (at == meta.collection_def().end() || !out->init_op.empty()) continue;
    const auto& nodes = at->second.node_list().value();
    if (!nodes.empty()) out->init_op = nodes[0];
  }
  // A signature names a tensor, a collection an op.
  if (absl::EndsWith(out->init_op, ":0")) out->init_op.resize(out->init_op.size() - 2);
}

absl::Status AddAsset(const AssetFileDef& asset, absl::string_view dir, SavedModelGraph* out) {
  const std::string& file = asset.filename();
  if (file.empty() || file[0] == '/' || absl::StrContains(file, "..")) {
    return absl::InvalidArgumentError(
        absl::StrCat("The SavedModel in ", dir, " names an asset outside of it: ", file));
  }
  out->assets.emplace_back(asset.tensor_info().name(), JoinPath(JoinPath(dir, "assets"), file));
  return absl::OkStatus();
}

// From the field, or from the collection in which TensorFlow 1 keeps them.
absl::Status ReadAssets(const MetaGraphDef& meta, absl::string_view dir, SavedModelGraph* out) {
  for (const AssetFileDef& asset : meta.asset_file_def()) {
    MR_RETURN_IF_ERROR(AddAsset(asset, dir, out));
  }
  const auto at = meta.collection_def().find("saved_model_assets");
  if (at == meta.collection_def().end() || !out->assets.empty()) return absl::OkStatus();
  for (const google::protobuf::Any& any : at->second.any_list().value()) {
    AssetFileDef asset;
    if (!asset.ParseFromString(any.value())) {
      return absl::DataLossError(
          absl::StrCat("The SavedModel in ", dir, " has an asset that does not parse"));
    }
    MR_RETURN_IF_ERROR(AddAsset(asset, dir, out));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SavedModelGraph> ReadSavedModel(Env* env, absl::string_view dir,
                                               absl::Span<const std::string> tags) {
  MR_ASSIGN_OR_RETURN(SavedModel model, ReadProto(env, dir));
  MR_ASSIGN_OR_RETURN(MetaGraphDef * meta, FindMetaGraph(&model, dir, tags));
  SavedModelGraph out;
  out.tags.assign(meta->meta_info_def().tags().begin(), meta->meta_info_def().tags().end());
  auto graph = std::make_shared<GraphDef>();
  graph->Swap(meta->mutable_graph_def());
  out.graph = std::move(graph);
  MR_RETURN_IF_ERROR(ReadSignatures(*meta, &out));
  ReadInitOp(*meta, &out);
  MR_RETURN_IF_ERROR(ReadAssets(*meta, dir, &out));
  out.restore_op = meta->saver_def().restore_op_name();
  out.restore_path_tensor = meta->saver_def().filename_tensor_name();
  const std::string prefix = JoinPath(JoinPath(dir, "variables"), "variables");
  MR_ASSIGN_OR_RETURN(const bool has_variables, env->FileExists(BundleIndexPath(prefix)));
  if (has_variables) out.variables_prefix = prefix;
  return out;
}

}  // namespace millrace
