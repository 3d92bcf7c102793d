// _native.EventReader(path): the events of an event file. Messages are tuples here; the classes are
// summary/messages.py's.
#include <memory>
#include <new>
#include <string>

#include "core/base/env.h"
#include "core/io/record_reader.h"
#include "protos/event.pb.h"
#include "python/native/io_types.h"
#include "python/native/status.h"
#include "python/native/summary_message.h"

namespace millrace::python {
namespace {

struct EventReaderObject {
  PyObject_HEAD std::unique_ptr<RecordReader> records;
};

PyTypeObject* type = nullptr;

PyObject* New(PyTypeObject* cls, PyObject* args, PyObject*) {
  PyObject* path_object;
  std::string path;
  if (!PyArg_ParseTuple(args, "O", &path_object) || !ToString(path_object, &path)) return nullptr;
  absl::StatusOr<std::unique_ptr<RandomAccessFile>> file;
  {
    GilReleased released;
    file = DefaultEnv()->NewRandomAccessFile(path);
  }
  if (!file.ok()) return Raise(file.status());
  auto* self = reinterpret_cast<EventReaderObject*>(cls->tp_alloc(cls, 0));
  if (self != nullptr) {
    new (&self->records) std::unique_ptr<RecordReader>(new RecordReader(*std::move(file)));
  }
  return reinterpret_cast<PyObject*>(self);
}

void Dealloc(PyObject* self) {
  PyTypeObject* t = Py_TYPE(self);
  reinterpret_cast<EventReaderObject*>(self)->records.~unique_ptr();
  t->tp_free(self);
  Py_DECREF(t);
}

// (field, value) of what the event says; (None, None) for one that says nothing.
PyObject* What(const Event& event) {
  switch (event.what_case()) {
    case Event::kFileVersion:
      return Py_BuildValue("(sN)", "file_version", FromString(event.file_version()));
    case Event::kGraphDef:
      return Py_BuildValue("(sN)", "graph_def", FromBytes(event.graph_def()));
    case Event::kMetaGraphDef:
      return Py_BuildValue("(sN)", "meta_graph_def", FromBytes(event.meta_graph_def()));
    case Event::kSummary:
      return Py_BuildValue("(sN)", "summary", FromSummary(event.summary()));
    case Event::kSessionLog: {
      const SessionLog& log = event.session_log();
      return Py_BuildValue("(s(iNN))", "session_log", static_cast<int>(log.status()),
                           FromString(log.checkpoint_path()), FromString(log.msg()));
    }
    case Event::kTaggedRunMetadata: {
      const TaggedRunMetadata& tagged = event.tagged_run_metadata();
      return Py_BuildValue("(s(NN))", "tagged_run_metadata", FromString(tagged.tag()),
                           FromBytes(tagged.run_metadata()));
    }
    default:
      return Py_BuildValue("(OO)", Py_None, Py_None);
  }
}

// read() -> (wall time, step, (field, value)), or None at the end of the file
PyObject* Read(PyObject* self, PyObject*) {
  RecordReader& records = *reinterpret_cast<EventReaderObject*>(self)->records;
  std::string record;
  Event event;
  absl::Status status;
  {
    GilReleased released;
    status = records.Read(&record);
    if (status.ok() && !event.ParseFromString(record))
      status = absl::DataLossError("a record is no Event message: is this an event file?");
  }
  if (absl::IsOutOfRange(status)) Py_RETURN_NONE;
  if (!status.ok()) return Raise(status);
  return Py_BuildValue("(dLN)", event.wall_time(), static_cast<long long>(event.step()),
                       What(event));
}

PyMethodDef methods[] = {{"read", Read, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(New)},
                       {Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
                       {Py_tp_methods, methods},
                       {0, nullptr}};
PyType_Spec spec = {"millrace._native.EventReader", sizeof(EventReaderObject), 0,
                    Py_TPFLAGS_DEFAULT, slots};

}  // namespace

bool AddEventReaderType(PyObject* module) { return AddType(module, "EventReader", &spec, &type); }

}  // namespace millrace::python
