#include "python/native/meta_graph.h"

#include <string>

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

// A borrowed reference; KeyError if it is missing.
PyObject* Item(PyObject* dict, const char* key) {
  PyObject* found = PyDict_GetItemString(dict, key);
  if (found == nullptr) PyErr_Format(PyExc_KeyError, "%s", key);
  return found;
}

// ----- reading -----

bool HoldsVariables(absl::string_view key) {
  for (absl::string_view known :
       {"variables", "trainable_variables", "local_variables", "model_variables",
        "moving_average_variables", "metric_variables", "global_step"}) {
    if (key == known) return true;
  }
  return false;
}

bool Append(PyObject* list, PyRef item) { return item && PyList_Append(list, item.get()) == 0; }

PyObject* FromSlice(const VariableDef& def) {
  if (!def.has_save_slice_info_def()) Py_RETURN_NONE;
  const SaveSliceInfoDef& info = def.save_slice_info_def();
  auto list = [](const auto& field) {
    return PyRef::Steal(FromInts(std::vector<int64_t>(field.begin(), field.end())));
  };
  PyRef full_shape = list(info.full_shape()), offset = list(info.var_offset());
  PyRef shape = list(info.var_shape());
  if (!full_shape || !offset || !shape) return nullptr;
  return Py_BuildValue("(sOOO)", info.full_name().c_str(), full_shape.get(), offset.get(),
                       shape.get());
}

// Null without an exception if an item is no VariableDef.
PyObject* FromVariables(const CollectionDef::BytesList& items) {
  PyRef list = PyRef::Steal(PyList_New(0));
  for (const std::string& bytes : items.value()) {
    VariableDef def;
    if (!def.ParseFromString(bytes)) return nullptr;
    PyRef slice = PyRef::Steal(FromSlice(def));
    if (!slice) return nullptr;
    PyRef item = PyRef::Steal(Py_BuildValue(
        "(ssssOOO)", def.variable_name().c_str(), def.initializer_name().c_str(),
        def.snapshot_name().c_str(), def.initial_value_name().c_str(),
        def.trainable() ? Py_True : Py_False, def.is_resource() ? Py_True : Py_False, slice.get()));
    if (!Append(list.get(), std::move(item))) return nullptr;
  }
  return list.Release();
}

// (kind, [item]).
PyObject* FromCollection(const CollectionDef& def) {
  PyRef list = PyRef::Steal(PyList_New(0));
  if (!list) return nullptr;
  const char* kind = "nodes";
  bool ok = true;
  for (const std::string& name : def.node_list().value()) {
    ok = ok && Append(list.get(), PyRef::Steal(FromString(name)));
  }
  if (def.has_bytes_list()) kind = "bytes";
  for (const std::string& bytes : def.bytes_list().value()) {
    ok = ok && Append(list.get(), PyRef::Steal(FromBytes(bytes)));
  }
  if (def.has_int64_list()) kind = "ints";
  for (int64_t value : def.int64_list().value()) {
    ok = ok && Append(list.get(), PyRef::Steal(PyLong_FromLongLong(value)));
  }
  if (def.has_float_list()) kind = "floats";
  for (float value : def.float_list().value()) {
    ok = ok && Append(list.get(), PyRef::Steal(PyFloat_FromDouble(value)));
  }
  return ok ? Py_BuildValue("(sO)", kind, list.get()) : nullptr;
}

bool ReadCollections(const MetaGraphDef& meta, PyObject* collections, PyObject* variables) {
  for (const auto& [key, def] : meta.collection_def()) {
    const bool holds_variables = HoldsVariables(key) && def.has_bytes_list();
    PyRef value =
        PyRef::Steal(holds_variables ? FromVariables(def.bytes_list()) : FromCollection(def));
    if (!value) {
      if (PyErr_Occurred() == nullptr) {
        PyErr_Format(PyExc_ValueError, "the collection %s holds what is no variable", key.c_str());
      }
      return false;
    }
    PyObject* dict = holds_variables ? variables : collections;
    if (PyDict_SetItemString(dict, key.c_str(), value.get()) != 0) return false;
  }
  return true;
}

PyObject* FromSaver(const MetaGraphDef& meta) {
  if (!meta.has_saver_def()) Py_RETURN_NONE;
  const SaverDef& def = meta.saver_def();
  return Py_BuildValue("(sssiOf)", def.filename_tensor_name().c_str(),
                       def.save_tensor_name().c_str(), def.restore_op_name().c_str(),
                       def.max_to_keep(), def.sharded() ? Py_True : Py_False,
                       def.keep_checkpoint_every_n_hours());
}

void ClearDevices(GraphDef* graph) {
  for (NodeDef& node : *graph->mutable_node()) node.clear_device();
  for (FunctionDef& function : *graph->mutable_library()->mutable_function()) {
    for (NodeDef& node : *function.mutable_node_def()) node.clear_device();
  }
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

PyObject* ReadMetaGraph(PyObject*, PyObject* const* args, Py_ssize_t n) {
  std::string bytes;
  MetaGraphDef meta;
  if (!CheckArgCount("read_meta_graph", n, 2, 2) || !ToString(args[0], &bytes)) return nullptr;
  if (!meta.ParseFromString(bytes)) {
    return Raise(absl::DataLossError("the bytes are not a serialised MetaGraphDef"));
  }
  if (PyObject_IsTrue(args[1]) == 1) ClearDevices(meta.mutable_graph_def());
  PyRef collections = PyRef::Steal(PyDict_New()), variables = PyRef::Steal(PyDict_New());
  if (!collections || !variables || !ReadCollections(meta, collections.get(), variables.get())) {
    return nullptr;
  }
  PyRef graph = PyRef::Steal(FromBytes(meta.graph_def().SerializeAsString()));
  PyRef saver = PyRef::Steal(FromSaver(meta));
  if (!graph || !saver) return nullptr;
  return Py_BuildValue("{s:O,s:O,s:O,s:O}", "graph", graph.get(), "saver", saver.get(),
                       "collections", collections.get(), "variables", variables.get());
}

}  // namespace millrace::python
