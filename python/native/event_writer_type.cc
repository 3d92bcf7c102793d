// _native.EventWriter(folder, suffix).
#include <new>
#include <string>

#include "core/base/clock.h"
#include "core/base/env.h"
#include "core/io/event_writer.h"
#include "python/native/io_types.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

struct EventWriterObject {
  PyObject_HEAD std::unique_ptr<EventWriter> writer;
};

PyTypeObject* type = nullptr;

PyObject* New(PyTypeObject* cls, PyObject* args, PyObject*) {
  PyObject *folder_object, *suffix_object;
  std::string folder, suffix;
  if (!PyArg_ParseTuple(args, "OO", &folder_object, &suffix_object) ||
      !ToString(folder_object, &folder) || !ToString(suffix_object, &suffix)) {
    return nullptr;
  }
  absl::StatusOr<std::unique_ptr<EventWriter>> writer;
  {
    GilReleased released;
    writer = EventWriter::Create(DefaultEnv(), RealClock(), folder, suffix);
  }
  if (!writer.ok()) return Raise(writer.status());
  auto* self = reinterpret_cast<EventWriterObject*>(cls->tp_alloc(cls, 0));
  if (self != nullptr) new (&self->writer) std::unique_ptr<EventWriter>(*std::move(writer));
  return reinterpret_cast<PyObject*>(self);
}

void Dealloc(PyObject* self) {
  PyTypeObject* t = Py_TYPE(self);
  reinterpret_cast<EventWriterObject*>(self)->writer.~unique_ptr();
  t->tp_free(self);
  Py_DECREF(t);
}

template <typename F>
PyObject* Do(PyObject* self, F f) {
  absl::Status status;
  {
    GilReleased released;
    status = f(*reinterpret_cast<EventWriterObject*>(self)->writer);
  }
  if (!status.ok()) return Raise(status);
  Py_RETURN_NONE;
}

PyObject* AddScalar(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  std::string tag;
  int64_t step;
  if (!CheckArgCount("add_scalar", n, 3, 3) || !ToString(args[0], &tag) || !ToInt64(args[2], &step))
    return nullptr;
  const double value = PyFloat_AsDouble(args[1]);
  if (value == -1 && PyErr_Occurred()) return nullptr;
  return Do(self, [&](EventWriter& w) { return w.AddScalar(tag, value, step); });
}

// The methods that take serialised bytes and a step.
template <absl::Status (EventWriter::*Method)(absl::string_view, int64_t)>
PyObject* AddBytes(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  std::string bytes;
  int64_t step;
  if (!CheckArgCount("add", n, 2, 2) || !ToString(args[0], &bytes) || !ToInt64(args[1], &step))
    return nullptr;
  return Do(self, [&](EventWriter& w) { return (w.*Method)(bytes, step); });
}

// add_run_metadata(bytes, tag, step)
PyObject* AddRunMetadata(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  std::string bytes, tag;
  int64_t step;
  if (!CheckArgCount("add_run_metadata", n, 3, 3) || !ToString(args[0], &bytes) ||
      !ToString(args[1], &tag) || !ToInt64(args[2], &step)) {
    return nullptr;
  }
  return Do(self, [&](EventWriter& w) { return w.AddRunMetadata(bytes, tag, step); });
}

// add_session_log(status, checkpoint path, step)
PyObject* AddSessionLog(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  std::string path;
  int64_t status, step;
  if (!CheckArgCount("add_session_log", n, 3, 3) || !ToInt64(args[0], &status) ||
      !ToString(args[1], &path) || !ToInt64(args[2], &step)) {
    return nullptr;
  }
  return Do(self,
            [&](EventWriter& w) { return w.AddSessionLog(static_cast<int>(status), path, step); });
}

PyObject* Flush(PyObject* self, PyObject*) {
  return Do(self, [](EventWriter& w) { return w.Flush(); });
}
PyObject* Close(PyObject* self, PyObject*) {
  return Do(self, [](EventWriter& w) { return w.Close(); });
}
PyObject* Path(PyObject* self, PyObject*) {
  return FromString(reinterpret_cast<EventWriterObject*>(self)->writer->path());
}

#define MR_FAST(name, ...)                                                                    \
  {                                                                                           \
    name, reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(__VA_ARGS__)), METH_FASTCALL, \
        nullptr                                                                               \
  }
PyMethodDef methods[] = {MR_FAST("add_scalar", AddScalar),
                         MR_FAST("add_summary", AddBytes<&EventWriter::AddSummary>),
                         MR_FAST("add_graph", AddBytes<&EventWriter::AddGraph>),
                         MR_FAST("add_meta_graph", AddBytes<&EventWriter::AddMetaGraph>),
                         MR_FAST("add_run_metadata", AddRunMetadata),
                         MR_FAST("add_session_log", AddSessionLog),
                         {"flush", Flush, METH_NOARGS, nullptr},
                         {"close", Close, METH_NOARGS, nullptr},
                         {"path", Path, METH_NOARGS, nullptr},
                         {nullptr, nullptr, 0, nullptr}};
PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(New)},
                       {Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
                       {Py_tp_methods, methods},
                       {0, nullptr}};
PyType_Spec spec = {"millrace._native.EventWriter", sizeof(EventWriterObject), 0,
                    Py_TPFLAGS_DEFAULT, slots};

}  // namespace

bool AddEventWriterType(PyObject* module) { return AddType(module, "EventWriter", &spec, &type); }

}  // namespace millrace::python
