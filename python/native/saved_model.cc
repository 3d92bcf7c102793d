#include "python/native/saved_model.h"

#include <string>

#include "core/graph/import.h"
#include "core/io/saved_model.h"
#include "core/tensor/tensor_codec.h"
#include "protos/meta_graph.pb.h"
#include "protos/saved_model.pb.h"
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

bool FillSaver(PyObject* saver, MetaGraphDef* meta) {
  if (saver == Py_None) return true;
  PyObject *filename, *save, *restore;
  SaverDef* def = meta->mutable_saver_def();
  def->set_version(SaverDef::V2);
  def->set_max_to_keep(5);
  def->set_keep_checkpoint_every_n_hours(10000);
  return PyArg_ParseTuple(saver, "OOO", &filename, &save, &restore) &&
         ToString(filename, def->mutable_filename_tensor_name()) &&
         ToString(save, def->mutable_save_tensor_name()) &&
         ToString(restore, def->mutable_restore_op_name());
}

bool FillCollections(PyObject* dict, MetaGraphDef* meta) {
  return ForEachEntry(dict, [&](const std::string& key, PyObject* names) {
    auto* list = (*meta->mutable_collection_def())[key].mutable_node_list();
    return ForEach(names, "a collection is a list",
                   [&](PyObject* name) { return ToString(name, list->add_value()); });
  });
}

bool FillVariables(PyObject* dict, MetaGraphDef* meta) {
  return ForEachEntry(dict, [&](const std::string& key, PyObject* variables) {
    auto* list = (*meta->mutable_collection_def())[key].mutable_bytes_list();
    return ForEach(variables, "variables are a list", [&](PyObject* item) {
      PyObject *handle, *initializer, *snapshot, *initial;
      int trainable;
      VariableDef def;
      if (!PyArg_ParseTuple(item, "OOOOp", &handle, &initializer, &snapshot, &initial,
                            &trainable) ||
          !ToString(handle, def.mutable_variable_name()) ||
          !ToString(initializer, def.mutable_initializer_name()) ||
          !ToString(snapshot, def.mutable_snapshot_name()) ||
          !ToString(initial, def.mutable_initial_value_name())) {
        return false;
      }
      def.set_is_resource(true);
      def.set_trainable(trainable != 0);
      list->add_value(def.SerializeAsString());
      return true;
    });
  });
}

// A borrowed reference; KeyError if it is missing.
PyObject* Item(PyObject* dict, const char* key) {
  PyObject* found = PyDict_GetItemString(dict, key);
  if (found == nullptr) PyErr_Format(PyExc_KeyError, "%s", key);
  return found;
}

PyObject* FromSignatureTensors(const std::map<std::string, SignatureTensor>& tensors) {
  PyRef dict = PyRef::Steal(PyDict_New());
  for (const auto& [key, tensor] : tensors) {
    PyRef dtype = PyRef::Steal(FromDType(tensor.dtype)),
          shape = PyRef::Steal(FromShape(tensor.shape));
    if (!dtype || !shape) return nullptr;
    PyRef item =
        PyRef::Steal(Py_BuildValue("(sOO)", tensor.tensor.c_str(), dtype.get(), shape.get()));
    if (!item || PyDict_SetItemString(dict.get(), key.c_str(), item.get()) != 0) return nullptr;
  }
  return dict.Release();
}

PyObject* FromSignatures(const std::map<std::string, ModelSignature>& signatures) {
  PyRef dict = PyRef::Steal(PyDict_New());
  for (const auto& [key, signature] : signatures) {
    PyRef inputs = PyRef::Steal(FromSignatureTensors(signature.inputs));
    PyRef outputs = PyRef::Steal(FromSignatureTensors(signature.outputs));
    if (!inputs || !outputs) return nullptr;
    PyRef item =
        PyRef::Steal(Py_BuildValue("(sOO)", signature.method.c_str(), inputs.get(), outputs.get()));
    if (!item || PyDict_SetItemString(dict.get(), key.c_str(), item.get()) != 0) return nullptr;
  }
  return dict.Release();
}

}  // namespace

PyObject* MetaGraph(PyObject*, PyObject* const* args, Py_ssize_t n) {
  if (!CheckArgCount("meta_graph", n, 2, 2)) return nullptr;
  const std::shared_ptr<Graph>* graph = GraphOf(args[0]);
  if (graph == nullptr) return nullptr;
  PyObject* items[7];
  const char* const kKeys[] = {"tags",       "clear_devices", "strip_default_attrs",
                               "signatures", "saver",         "collections",
                               "variables"};
  for (int i = 0; i < 7; ++i) {
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
      !FillCollections(items[5], &meta) || !FillVariables(items[6], &meta)) {
    return nullptr;
  }
  if (absl::Status status = ExportGraphDef(**graph, options, meta.mutable_graph_def());
      !status.ok()) {
    return Raise(status);
  }
  return FromBytes(meta.SerializeAsString());
}

PyObject* SavedModelOf(PyObject*, PyObject* meta_graphs) {
  SavedModel model;
  model.set_saved_model_schema_version(1);
  const bool ok = ForEach(meta_graphs, "expected a list of bytes", [&](PyObject* bytes) {
    std::string serialised;
    if (!ToString(bytes, &serialised)) return false;
    if (model.add_meta_graphs()->ParseFromString(serialised)) return true;
    PyErr_SetString(PyExc_ValueError, "not a MetaGraphDef");
    return false;
  });
  return ok ? FromBytes(model.SerializeAsString()) : nullptr;
}

PyObject* ReadSavedModelOf(PyObject*, PyObject* const* args, Py_ssize_t n) {
  std::string folder;
  std::vector<std::string> tags;
  if (!CheckArgCount("read_saved_model", n, 2, 2) || !ToString(args[0], &folder) ||
      !ToStrings(args[1], &tags)) {
    return nullptr;
  }
  absl::StatusOr<SavedModelGraph> model;
  {
    GilReleased released;
    model = ReadSavedModel(DefaultEnv(), folder, tags);
  }
  if (!model.ok()) return Raise(model.status());
  PyRef graph = PyRef::Steal(FromBytes(model->graph->SerializeAsString()));
  PyRef signatures = PyRef::Steal(FromSignatures(model->signatures));
  PyRef assets = PyRef::Steal(PyList_New(0));
  if (!graph || !signatures || !assets) return nullptr;
  for (const auto& [tensor, file] : model->assets) {
    PyRef item = PyRef::Steal(Py_BuildValue("(ss)", tensor.c_str(), file.c_str()));
    if (!item || PyList_Append(assets.get(), item.get()) != 0) return nullptr;
  }
  return Py_BuildValue("{s:O,s:O,s:s,s:s,s:s,s:s,s:O}", "graph", graph.get(), "signatures",
                       signatures.get(), "restore_op", model->restore_op.c_str(),
                       "restore_path_tensor", model->restore_path_tensor.c_str(),
                       "variables_prefix", model->variables_prefix.c_str(), "init_op",
                       model->init_op.c_str(), "assets", assets.get());
}

}  // namespace millrace::python
