#include "python/native/saved_model.h"

#include <string>

#include "core/io/saved_model.h"
#include "protos/meta_graph.pb.h"
#include "protos/saved_model.pb.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

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
