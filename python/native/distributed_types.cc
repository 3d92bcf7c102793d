#include "python/native/distributed_types.h"

#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include "distributed/grpc_session.h"
#include "distributed/server.h"
#include "distributed/task_config.h"
#include "python/native/graph_type.h"
#include "python/native/interrupt.h"
#include "python/native/registry.h"
#include "python/native/session_type.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

struct ServerObject {
  PyObject_HEAD std::unique_ptr<Server> server;
};

PyTypeObject* type = nullptr;

Server& Self(PyObject* self) { return *reinterpret_cast<ServerObject*>(self)->server; }

// {job: {index: address}}
bool ClusterFromDict(PyObject* dict, ClusterSpec* out) {
  std::map<std::string, ClusterSpec::Tasks> jobs;
  PyObject *job, *tasks, *index, *address;
  Py_ssize_t job_position = 0;
  while (PyDict_Next(dict, &job_position, &job, &tasks)) {
    std::string job_name;
    if (!ToString(job, &job_name)) return false;
    ClusterSpec::Tasks& addresses = jobs[job_name];
    Py_ssize_t position = 0;
    while (PyDict_Next(tasks, &position, &index, &address)) {
      int64_t number;
      if (!ToInt64(index, &number) || !ToString(address, &addresses[static_cast<int>(number)]))
        return false;
    }
  }
  absl::StatusOr<ClusterSpec> cluster = ClusterSpec::Create(std::move(jobs));
  if (!cluster.ok()) {
    Raise(cluster.status());
    return false;
  }
  *out = *std::move(cluster);
  return true;
}

// Server(cluster, job, task, allow insecure network)
PyObject* New(PyTypeObject* cls, PyObject* args, PyObject*) {
  PyObject *cluster, *job;
  int insecure;
  ServerOptions options;
  if (!PyArg_ParseTuple(args, "O!Oip", &PyDict_Type, &cluster, &job, &options.task, &insecure) ||
      !ClusterFromDict(cluster, &options.cluster) || !ToString(job, &options.job)) {
    return nullptr;
  }
  options.allow_insecure_network = insecure != 0;
  options.registry = &Ops();
  if (absl::Status status = CheckNotForked(); !status.ok()) return Raise(status);
  absl::StatusOr<std::unique_ptr<Server>> server;
  {
    GilReleased released;
    server = Server::Create(std::move(options));
  }
  if (!server.ok()) return Raise(server.status());
  auto* self = reinterpret_cast<ServerObject*>(cls->tp_alloc(cls, 0));
  if (self != nullptr) new (&self->server) std::unique_ptr<Server>(*std::move(server));
  return reinterpret_cast<PyObject*>(self);
}

void Dealloc(PyObject* self) {
  PyTypeObject* t = Py_TYPE(self);
  std::unique_ptr<Server> server = std::move(reinterpret_cast<ServerObject*>(self)->server);
  reinterpret_cast<ServerObject*>(self)->server.~unique_ptr();
  t->tp_free(self);
  Py_DECREF(t);
  if (!CheckNotForked().ok()) {
    server.release();  // its threads are not here: left alone
    return;
  }
  GilReleased released;
  server.reset();
}

PyObject* Start(PyObject* self, PyObject*) {
  absl::Status status;
  {
    GilReleased released;
    status = Self(self).Start();
  }
  if (!status.ok()) return Raise(status);
  Py_RETURN_NONE;
}

// join(seconds) -> whether it was stopped
PyObject* Join(PyObject* self, PyObject* seconds) {
  const double timeout = PyFloat_AsDouble(seconds);
  if (timeout == -1 && PyErr_Occurred()) return nullptr;
  bool stopped;
  {
    GilReleased released;
    stopped = Self(self).JoinWithTimeout(absl::Seconds(timeout));
  }
  if (PyErr_CheckSignals() != 0) return nullptr;
  return PyBool_FromLong(stopped);
}

PyObject* Stop(PyObject* self, PyObject*) {
  {
    GilReleased released;
    Self(self).Stop();
  }
  Py_RETURN_NONE;
}

PyObject* Target(PyObject* self, PyObject*) { return FromString(Self(self).target()); }

PyMethodDef methods[] = {{"start", Start, METH_NOARGS, nullptr},
                         {"join", Join, METH_O, nullptr},
                         {"stop", Stop, METH_NOARGS, nullptr},
                         {"target", Target, METH_NOARGS, nullptr},
                         {nullptr, nullptr, 0, nullptr}};
PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(New)},
                       {Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
                       {Py_tp_methods, methods},
                       {0, nullptr}};
PyType_Spec spec = {"millrace._native.Server", sizeof(ServerObject), 0, Py_TPFLAGS_DEFAULT, slots};

// What both kinds of session are given; null (exception) if something does not fit.
const std::shared_ptr<Graph>* SessionArgs(PyObject* const* args, GrpcSessionOptions* options) {
  const std::shared_ptr<Graph>* graph = GraphOf(args[1]);
  if (graph == nullptr || !SessionOptionsFromDict(args[2], &options->session) ||
      !ToStrings(args[3], &options->device_filters)) {
    return nullptr;
  }
  if (absl::Status status = CheckNotForked(); !status.ok()) return Raise(status);
  return graph;
}

PyObject* Finish(absl::StatusOr<std::unique_ptr<Session>> session,
                 const std::shared_ptr<Graph>& graph) {
  if (!session.ok()) return Raise(session.status());
  return NewSessionObject(*std::move(session), graph, /*remote=*/true);
}

}  // namespace

bool AddServerType(PyObject* module) { return AddType(module, "Server", &spec, &type); }

PyObject* NewSessionOfServer(PyObject*, PyObject* const* args, Py_ssize_t n) {
  if (!CheckArgCount("server_session", n, 4, 4)) return nullptr;
  if (Py_TYPE(args[0]) != type) {
    PyErr_SetString(PyExc_TypeError, "expected a _native.Server");
    return nullptr;
  }
  GrpcSessionOptions options;
  const std::shared_ptr<Graph>* graph = SessionArgs(args, &options);
  if (graph == nullptr) return nullptr;
  absl::StatusOr<std::unique_ptr<Session>> session;
  {
    GilReleased released;
    session = NewServerSession(options, *graph, &Self(args[0]));
  }
  return Finish(std::move(session), *graph);
}

PyObject* NewSessionOfTarget(PyObject*, PyObject* const* args, Py_ssize_t n) {
  std::string target;
  if (!CheckArgCount("grpc_session", n, 4, 4) || !ToString(args[0], &target)) return nullptr;
  GrpcSessionOptions options;
  const std::shared_ptr<Graph>* graph = SessionArgs(args, &options);
  if (graph == nullptr) return nullptr;
  absl::StatusOr<std::unique_ptr<Session>> session;
  {
    GilReleased released;
    session = NewGrpcSession(options, *graph, target);
  }
  return Finish(std::move(session), *graph);
}

PyObject* ShutdownTaskAt(PyObject*, PyObject* const* args, Py_ssize_t n) {
  std::string address, reason;
  if (!CheckArgCount("shutdown_task", n, 2, 2) || !ToString(args[0], &address) ||
      !ToString(args[1], &reason)) {
    return nullptr;
  }
  absl::Status status;
  {
    GilReleased released;
    status = ShutdownTask(address, reason);
  }
  if (!status.ok()) return Raise(status);
  Py_RETURN_NONE;
}

PyObject* TaskConfigOfProcess(PyObject*, PyObject*) {
  absl::StatusOr<std::optional<TaskConfig>> config = TaskConfigFromEnvironment();
  if (!config.ok()) return Raise(config.status());
  if (!config->has_value()) Py_RETURN_NONE;
  PyRef jobs = PyRef::Steal(PyDict_New());
  for (const auto& [job, tasks] : (*config)->cluster.jobs()) {
    PyRef addresses = PyRef::Steal(PyDict_New());
    for (const auto& [index, address] : tasks) {
      PyRef number = PyRef::Steal(PyLong_FromLong(index)), text = PyRef::Steal(FromString(address));
      if (!number || !text || PyDict_SetItem(addresses.get(), number.get(), text.get()) != 0)
        return nullptr;
    }
    if (PyDict_SetItemString(jobs.get(), job.c_str(), addresses.get()) != 0) return nullptr;
  }
  return Py_BuildValue("(Osi)", jobs.get(), (*config)->job.c_str(), (*config)->task);
}

}  // namespace millrace::python
