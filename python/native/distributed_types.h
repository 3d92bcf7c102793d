// _native.Server and the functions that open sessions over a cluster.
#ifndef MILLRACE_PYTHON_NATIVE_DISTRIBUTED_TYPES_H_
#define MILLRACE_PYTHON_NATIVE_DISTRIBUTED_TYPES_H_

#include "python/native/py.h"

namespace millrace::python {

bool AddServerType(PyObject* module);
// server_session(server, graph, {option: value}, [device filter]) -> Session
PyObject* NewSessionOfServer(PyObject* module, PyObject* const* args, Py_ssize_t n);
// grpc_session(target, graph, {option: value}, [device filter]) -> Session
PyObject* NewSessionOfTarget(PyObject* module, PyObject* const* args, Py_ssize_t n);
// shutdown_task(address, reason)
PyObject* ShutdownTaskAt(PyObject* module, PyObject* const* args, Py_ssize_t n);
// task_config() -> ({job: {index: address}}, job, task), or None
PyObject* TaskConfigOfProcess(PyObject* module, PyObject*);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_DISTRIBUTED_TYPES_H_
