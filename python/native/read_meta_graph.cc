#include <string>
#include <utility>
#include <vector>

#include "protos/meta_graph.pb.h"
#include "protos/variable.pb.h"
#include "python/native/meta_graph.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

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
