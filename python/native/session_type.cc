#include "python/native/session_type.h"

#include <new>
#include <string>

#include "core/runtime/cpu_devices.h"
#include "python/native/graph_type.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

struct SessionObject {
  PyObject_HEAD std::shared_ptr<Session> session;
  std::shared_ptr<Graph> graph;
  bool remote;
};

PyTypeObject* type = nullptr;

SessionObject* Self(PyObject* self) { return reinterpret_cast<SessionObject*>(self); }

// Session(graph, options, number of CPU devices)
PyObject* NewLocal(PyTypeObject*, PyObject* args, PyObject*) {
  PyObject *graph_object, *options_dict;
  int cpus = 1;
  if (!PyArg_ParseTuple(args, "OOi", &graph_object, &options_dict, &cpus)) return nullptr;
  const std::shared_ptr<Graph>* graph = GraphOf(graph_object);
  SessionOptions options;
  if (graph == nullptr || !SessionOptionsFromDict(options_dict, &options)) return nullptr;
  if (absl::Status status = CheckNotForked(); !status.ok()) return Raise(status);
  absl::StatusOr<std::unique_ptr<Session>> session;
  {
    GilReleased released;
    session = NewLocalSession(options, *graph, LocalCpuDevices(cpus));
  }
  if (!session.ok()) return Raise(session.status());
  return NewSessionObject(*std::move(session), *graph, /*remote=*/false);
}

void Dealloc(PyObject* self) {
  PyTypeObject* t = Py_TYPE(self);
  std::shared_ptr<Session> session = std::move(Self(self)->session);
  std::shared_ptr<Graph> graph = std::move(Self(self)->graph);
  Self(self)->session.~shared_ptr();
  Self(self)->graph.~shared_ptr();
  t->tp_free(self);
  Py_DECREF(t);
  if (CheckNotForked().ok()) {
    GilReleased released;  // ends running steps, which may take a moment
    session.reset();
    graph.reset();
  } else {
    new std::shared_ptr<Session>(std::move(session));  // its threads are not here: left alone
  }
}

// close(): ends running steps
PyObject* Close(PyObject* self, PyObject*) {
  if (absl::Status status = CheckNotForked(); !status.ok()) return Raise(status);
  absl::Status status;
  {
    GilReleased released;
    status = Self(self)->session->Close();
  }
  if (!status.ok()) return Raise(status);
  Py_RETURN_NONE;
}

// callable(feed names, fetch names, target names) -> Callable
PyObject* MakeCallable(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  StepSignature signature;
  if (!CheckArgCount("callable", n, 3, 3) || !ToStrings(args[0], &signature.feeds) ||
      !ToStrings(args[1], &signature.fetches) || !ToStrings(args[2], &signature.targets)) {
    return nullptr;
  }
  return NewCallable(self, std::move(signature));
}

// devices() -> [(name, type, incarnation)]
PyObject* Devices(PyObject* self, PyObject*) {
  if (absl::Status status = CheckNotForked(); !status.ok()) return Raise(status);
  std::vector<DeviceInfo> infos;
  {
    GilReleased released;
    infos = Self(self)->session->ListDevices();
  }
  PyRef list = PyRef::Steal(PyList_New(0));
  for (const DeviceInfo& info : infos) {
    PyRef item = PyRef::Steal(Py_BuildValue("(ssK)", info.full_name.c_str(),
                                            info.name.type.value_or("").c_str(),
                                            static_cast<unsigned long long>(info.incarnation)));
    if (!item || PyList_Append(list.get(), item.get()) != 0) return nullptr;
  }
  return list.Release();
}

PyMethodDef methods[] = {
    {"close", Close, METH_NOARGS, nullptr},
    {"callable", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(MakeCallable)),
     METH_FASTCALL, nullptr},
    {"devices", Devices, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr}};
PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(NewLocal)},
                       {Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
                       {Py_tp_methods, methods},
                       {0, nullptr}};
PyType_Spec spec = {"millrace._native.Session", sizeof(SessionObject), 0, Py_TPFLAGS_DEFAULT,
                    slots};

bool SetOption(absl::string_view name, PyObject* value, SessionOptions* options) {
  if (name == "container") return ToString(value, &options->container);
  if (name == "operation_timeout_in_ms") {
    int64_t ms;
    if (!ToInt64(value, &ms)) return false;
    if (ms > 0) options->operation_timeout = absl::Milliseconds(ms);
    return true;
  }
  bool* flag = name == "allow_soft_placement"   ? &options->allow_soft_placement
               : name == "log_device_placement" ? &options->log_device_placement
               : name == "fold_constants"       ? &options->fold_constants
               : name == "inline_functions"     ? &options->inline_functions
                                                : nullptr;
  if (flag == nullptr) {
    PyErr_Format(PyExc_TypeError, "a session has no option '%s'", std::string(name).c_str());
    return false;
  }
  const int truth = PyObject_IsTrue(value);
  *flag = truth == 1;
  return truth >= 0;
}

}  // namespace

bool SessionOptionsFromDict(PyObject* dict, SessionOptions* options) {
  PyObject *key, *value;
  Py_ssize_t position = 0;
  while (PyDict_Next(dict, &position, &key, &value)) {
    std::string name;
    if (!ToString(key, &name) || !SetOption(name, value, options)) return false;
  }
  return true;
}

PyObject* NewSessionObject(std::unique_ptr<Session> session, std::shared_ptr<Graph> graph,
                           bool remote) {
  auto* self = reinterpret_cast<SessionObject*>(type->tp_alloc(type, 0));
  if (self == nullptr) return nullptr;
  new (&self->session) std::shared_ptr<Session>(std::move(session));
  new (&self->graph) std::shared_ptr<Graph>(std::move(graph));
  self->remote = remote;
  return reinterpret_cast<PyObject*>(self);
}

std::shared_ptr<Session> SessionOf(PyObject* o) {
  if (Py_TYPE(o) == type) return Self(o)->session;
  PyErr_SetString(PyExc_TypeError, "expected a _native.Session");
  return nullptr;
}

const std::shared_ptr<Graph>& GraphOfSession(PyObject* o) { return Self(o)->graph; }

bool IsRemoteSession(PyObject* o) { return Self(o)->remote; }

bool AddSessionType(PyObject* module) { return AddType(module, "Session", &spec, &type); }

}  // namespace millrace::python
