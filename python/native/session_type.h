// _native.Session and _native.Callable: running steps.
#ifndef MILLRACE_PYTHON_NATIVE_SESSION_TYPE_H_
#define MILLRACE_PYTHON_NATIVE_SESSION_TYPE_H_

#include <memory>

#include "core/runtime/session.h"
#include "python/native/py.h"

namespace millrace::python {

// A _native.Session over `session`; the graph is kept for looking up feeds. The first step of a
// `remote` one may wait for other tasks.
PyObject* NewSessionObject(std::unique_ptr<Session> session, std::shared_ptr<Graph> graph,
                           bool remote);
// Null (TypeError) if `o` is no open session.
std::shared_ptr<Session> SessionOf(PyObject* o);
const std::shared_ptr<Graph>& GraphOfSession(PyObject* o);
bool IsRemoteSession(PyObject* o);
bool AddSessionType(PyObject* module);

// {option: value} to SessionOptions; TypeError for an unknown one.
bool SessionOptionsFromDict(PyObject* dict, SessionOptions* options);

// A _native.Callable for the step: called with a value a feed, in order, it returns the fetched
// arrays in a tuple.
PyObject* NewCallable(PyObject* session, StepSignature signature);
bool AddCallableType(PyObject* module);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_SESSION_TYPE_H_
