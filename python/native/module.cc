// millrace._native: the extension module. Importing it starts nothing and registers nothing.
#include "python/native/array.h"
#include "python/native/call_python.h"
#include "python/native/distributed_types.h"
#include "python/native/eager_type.h"
#include "python/native/graph_type.h"
#include "python/native/io_types.h"
#include "python/native/message_text.h"
#include "python/native/meta_graph.h"
#include "python/native/py.h"
#include "python/native/registry.h"
#include "python/native/rename_functions.h"
#include "python/native/saved_model.h"
#include "python/native/session_type.h"
#include "python/native/summary_message.h"
#include "python/native/tensor_memory.h"
#include "python/native/user_line.h"

namespace millrace::python {
namespace {

// to_array(value, dtype number or 0): through a tensor and back, for tests and constants
PyObject* RoundTrip(PyObject*, PyObject* const* args, Py_ssize_t n) {
  int64_t dtype;
  Tensor tensor;
  if (!CheckArgCount("to_array", n, 2, 2) || !ToInt64(args[1], &dtype) ||
      !TensorFromPython(args[0], static_cast<DType>(dtype), Memory::kCopy, &tensor)) {
    return nullptr;
  }
  return ArrayFromTensor(std::move(tensor));
}

#define MR_FAST(name, f) \
  { name, reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(f)), METH_FASTCALL, nullptr }
PyMethodDef functions[] = {
    {"set_hooks", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(SetHooks)),
     METH_VARARGS | METH_KEYWORDS, nullptr},
    {"set_package_folder", SetPackageFolder, METH_O, nullptr},
    {"user_line", UserLineFunction, METH_NOARGS, nullptr},
    {"op_names", OpNames, METH_NOARGS, nullptr},
    {"op_schema", OpSchemaOf, METH_O, nullptr},
    {"op_def", OpDefOf, METH_O, nullptr},
    {"kernels", KernelsOf, METH_O, nullptr},
    {"parse_summary", ParseSummary, METH_O, nullptr},
    {"summary_bytes", SummaryBytes, METH_O, nullptr},
    {"summary_metadata_bytes", SummaryMetadataBytes, METH_O, nullptr},
    MR_FAST("to_array", RoundTrip),
    MR_FAST("eager_execute", EagerExecute),
    MR_FAST("eager_constant", EagerConstant),
    MR_FAST("read_variable", ReadVariable),
    {"eager_library", EagerLibrary, METH_NOARGS, nullptr},
    {"set_building", SetBuilding, METH_O, nullptr},
    {"end_python_calls", EndPythonCalls, METH_NOARGS, nullptr},
    MR_FAST("server_session", NewSessionOfServer),
    MR_FAST("grpc_session", NewSessionOfTarget),
    MR_FAST("shutdown_task", ShutdownTaskAt),
    MR_FAST("message_text", MessageText),
    MR_FAST("meta_graph", MetaGraph),
    MR_FAST("read_meta_graph", ReadMetaGraph),
    {"saved_model", SavedModelOf, METH_O, nullptr},
    MR_FAST("read_saved_model", ReadSavedModelOf),
    MR_FAST("rename_functions", RenameFunctions),
    {"task_config", TaskConfigOfProcess, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr}};

PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                          "millrace._native",
                          nullptr,
                          -1,
                          functions,
                          nullptr,
                          nullptr,
                          nullptr,
                          nullptr};

}  // namespace
}  // namespace millrace::python

PyMODINIT_FUNC PyInit__native() {
  using namespace millrace::python;  // NOLINT(build/namespaces)
  PyRef module = PyRef::Steal(PyModule_Create(&definition));
  if (!module) return nullptr;
  for (auto add :
       {AddTensorMemoryType, AddGraphType, AddSessionType, AddCallableType, AddPublicFunctionType,
        AddEventReaderType, AddEventWriterType, AddCheckpointReaderType, AddEagerTensorType,
        AddTapeType, AddFunctionType, AddServerType}) {
    if (!add(module.get())) return nullptr;
  }
  return module.Release();
}
