#include "python/native/meta_graph.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/graph/import.h"
#include "core/tensor/tensor_codec.h"
#include "protos/meta_graph.pb.h"
#include "protos/variable.pb.h"
#include "python/native/graph_type.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

// f(key, value) for each entry, until it is false.
template <typename F>
bool ForEachEntry(PyObject* dict, F f) {
  if (!PyDict_Check(dict)) {
    PyErr_SetString(PyExc_TypeError, "expected a dictionary");
    return false;
  }
  PyObject *key, *value;
  Py_ssize_t position = 0;
  while (PyDict_Next(dict, &position, &key, &value)) {
    std::string name;
    if (!ToString(key, &name) || !f(name, value)) return false;
  }
  return true;
}

bool FillTensors(const Graph& graph, PyObject* dict,
                 google::protobuf::Map<std::string, TensorInfo>* out) {
  return ForEachEntry(dict, [&](const std::string& name, PyObject* key) {
    Endpoint e;
    if (!EndpointOf(graph, key, &e)) return false;
    TensorInfo& info = (*out)[name];
    info.set_name(absl::StrCat(e.node->name(), ":", e.index));
    info.set_dtype(static_cast<DataType>(BaseType(e.node->output_type(e.index))));
    ShapeToProto(e.node->output_shape(e.index), info.mutable_tensor_shape());
    return true;
  });
}

bool FillSignatures(const Graph& graph, PyObject* dict, MetaGraphDef* meta) {
  return ForEachEntry(dict, [&](const std::string& key, PyObject* value) {
    PyObject *method, *inputs, *outputs;
    SignatureDef& signature = (*meta->mutable_signature_def())[key];
    return PyArg_ParseTuple(value, "OOO", &method, &inputs, &outputs) &&
           ToString(method, signature.mutable_method_name()) &&
           FillTensors(graph, inputs, signature.mutable_inputs()) &&
           FillTensors(graph, outputs, signature.mutable_outputs());
  });
}

// (filename tensor, save tensor, restore op, how many are kept, whether devices write files of
// their own, hours after which one is kept for good), or None.
bool FillSaver(PyObject* saver, MetaGraphDef* meta) {
  if (saver == Py_None) return true;
  PyObject *filename, *save, *restore;
  int max_to_keep, sharded;
  float hours;
  if (!PyArg_ParseTuple(saver, "OOOipf", &filename, &save, &restore, &max_to_keep, &sharded,
                        &hours)) {
    return false;
  }
  SaverDef* def = meta->mutable_saver_def();
  def->set_version(SaverDef::V2);
  def->set_max_to_keep(max_to_keep);
  def->set_sharded(sharded != 0);
  def->set_keep_checkpoint_every_n_hours(hours);
  return ToString(filename, def->mutable_filename_tensor_name()) &&
         ToString(save, def->mutable_save_tensor_name()) &&
         ToString(restore, def->mutable_restore_op_name());
}

bool FillCollection(const std::string& kind, PyObject* items, CollectionDef* def) {
  return ForEach(items, "a collection is a list", [&](PyObject* item) {
    if (kind == "nodes") return ToString(item, def->mutable_node_list()->add_value());
    if (kind == "bytes") return ToString(item, def->mutable_bytes_list()->add_value());
    if (kind == "ints") {
      int64_t value;
      if (!ToInt64(item, &value)) return false;
      def->mutable_int64_list()->add_value(value);
      return true;
    }
    const double value = PyFloat_AsDouble(item);
    if (PyErr_Occurred() != nullptr) return false;
    def->mutable_float_list()->add_value(static_cast<float>(value));
    return true;
  });
}

bool FillCollections(PyObject* dict, MetaGraphDef* meta) {
  return ForEachEntry(dict, [&](const std::string& key, PyObject* value) {
    PyObject *kind_object, *items;
    std::string kind;
    return PyArg_ParseTuple(value, "OO", &kind_object, &items) && ToString(kind_object, &kind) &&
           FillCollection(kind, items, &(*meta->mutable_collection_def())[key]);
  });
}

// (full name, [full shape], [offset], [shape]) or None.
bool FillSlice(PyObject* slice, VariableDef* def) {
  if (slice == Py_None) return true;
  PyObject *name, *full_shape, *offset, *shape;
  SaveSliceInfoDef* info = def->mutable_save_slice_info_def();
  std::vector<int64_t> full_sizes, offsets, sizes;
  if (!PyArg_ParseTuple(slice, "OOOO", &name, &full_shape, &offset, &shape) ||
      !ToString(name, info->mutable_full_name()) || !ToInt64s(full_shape, &full_sizes) ||
      !ToInt64s(offset, &offsets) || !ToInt64s(shape, &sizes)) {
    return false;
  }
  info->mutable_full_shape()->Add(full_sizes.begin(), full_sizes.end());
  info->mutable_var_offset()->Add(offsets.begin(), offsets.end());
  info->mutable_var_shape()->Add(sizes.begin(), sizes.end());
  return true;
}

bool FillVariables(PyObject* dict, MetaGraphDef* meta) {
  return ForEachEntry(dict, [&](const std::string& key, PyObject* variables) {
    auto* list = (*meta->mutable_collection_def())[key].mutable_bytes_list();
    return ForEach(variables, "variables are a list", [&](PyObject* item) {
      PyObject *variable, *initializer, *snapshot, *initial, *slice;
      int trainable, is_resource;
      VariableDef def;
      if (!PyArg_ParseTuple(item, "OOOOppO", &variable, &initializer, &snapshot, &initial,
                            &trainable, &is_resource, &slice) ||
          !FillSlice(slice, &def) || !ToString(variable, def.mutable_variable_name()) ||
          !ToString(initializer, def.mutable_initializer_name()) ||
          !ToString(snapshot, def.mutable_snapshot_name()) ||
          !ToString(initial, def.mutable_initial_value_name())) {
        return false;
      }
      def.set_is_resource(is_resource != 0);
      def.set_trainable(trainable != 0);
      list->add_value(def.SerializeAsString());
      return true;
    });
  });
}

bool FillAssets(PyObject* assets, MetaGraphDef* meta) {
  return ForEach(assets, "assets are a list", [&](PyObject* item) {
    PyObject *tensor, *file;
    AssetFileDef* def = meta->add_asset_file_def();
    return PyArg_ParseTuple(item, "OO", &tensor, &file) &&
           ToString(tensor, def->mutable_tensor_info()->mutable_name()) &&
           ToString(file, def->mutable_filename());
  });
}

// A borrowed reference; KeyError if it is missing.
PyObject* Item(PyObject* dict, const char* key) {
  PyObject* found = PyDict_GetItemString(dict, key);
  if (found == nullptr) PyErr_Format(PyExc_KeyError, "%s", key);
  return found;
}

}  // namespace

PyObject* MetaGraph(PyObject*, PyObject* const* args, Py_ssize_t n) {
  if (!CheckArgCount("meta_graph", n, 2, 2)) return nullptr;
  const std::shared_ptr<Graph>* graph = GraphOf(args[0]);
  if (graph == nullptr) return nullptr;
  PyObject* items[8];
  const char* const kKeys[] = {"tags",  "clear_devices", "strip_default_attrs", "signatures",
                               "saver", "collections",   "variables",           "assets"};
  for (int i = 0; i < 8; ++i) {
    items[i] = Item(args[1], kKeys[i]);
    if (items[i] == nullptr) return nullptr;
  }
  MetaGraphDef meta;
  auto* info = meta.mutable_meta_info_def();
  ExportOptions options;
  options.clear_devices = PyObject_IsTrue(items[1]) == 1;
  options.strip_default_attrs = PyObject_IsTrue(items[2]) == 1;
  info->set_stripped_default_attrs(options.strip_default_attrs);
  const bool ok = ForEach(items[0], "tags are a list",
                          [&](PyObject* tag) { return ToString(tag, info->add_tags()); });
  if (!ok || !FillSignatures(**graph, items[3], &meta) || !FillSaver(items[4], &meta) ||
      !FillCollections(items[5], &meta) || !FillVariables(items[6], &meta) ||
      !FillAssets(items[7], &meta)) {
    return nullptr;
  }
  if (absl::Status status = ExportGraphDef(**graph, options, meta.mutable_graph_def());
      !status.ok()) {
    return Raise(status);
  }
  if (meta.ByteSizeLong() > std::numeric_limits<int>::max()) {
    return Raise(absl::ResourceExhaustedError(
        absl::StrCat("a MetaGraphDef of ", meta.ByteSizeLong(),
                     " bytes: no message of more than 2 GiB can be written; feed large constants, "
                     "or make variables by functions such as zeros_initializer")));
  }
  return FromBytes(meta.SerializeAsString());
}

}  // namespace millrace::python
