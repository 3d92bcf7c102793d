// _native.CheckpointReader(prefix).
#include <new>
#include <string>

#include "core/base/env.h"
#include "core/io/bundle_reader.h"
#include "python/native/array.h"
#include "python/native/io_types.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

struct CheckpointReaderObject {
  PyObject_HEAD std::unique_ptr<BundleReader> reader;
};

PyTypeObject* type = nullptr;

BundleReader& Self(PyObject* self) {
  return *reinterpret_cast<CheckpointReaderObject*>(self)->reader;
}

PyObject* New(PyTypeObject* cls, PyObject* args, PyObject*) {
  PyObject* prefix_object;
  std::string prefix;
  if (!PyArg_ParseTuple(args, "O", &prefix_object) || !ToString(prefix_object, &prefix))
    return nullptr;
  absl::StatusOr<std::unique_ptr<BundleReader>> reader;
  {
    GilReleased released;
    reader = BundleReader::Open(DefaultEnv(), prefix);
  }
  if (!reader.ok()) return Raise(reader.status());
  auto* self = reinterpret_cast<CheckpointReaderObject*>(cls->tp_alloc(cls, 0));
  if (self != nullptr) new (&self->reader) std::unique_ptr<BundleReader>(*std::move(reader));
  return reinterpret_cast<PyObject*>(self);
}

void Dealloc(PyObject* self) {
  PyTypeObject* t = Py_TYPE(self);
  reinterpret_cast<CheckpointReaderObject*>(self)->reader.~unique_ptr();
  t->tp_free(self);
  Py_DECREF(t);
}

// variables() -> [(name, dtype, shape)]
PyObject* Variables(PyObject* self, PyObject*) {
  absl::StatusOr<std::vector<BundleReader::Info>> infos = Self(self).List();
  if (!infos.ok()) return Raise(infos.status());
  PyRef list = PyRef::Steal(PyList_New(0));
  for (const BundleReader::Info& info : *infos) {
    PyRef dtype = PyRef::Steal(FromDType(info.dtype)), shape = PyRef::Steal(FromShape(info.shape));
    if (!dtype || !shape) return nullptr;
    PyRef item = PyRef::Steal(Py_BuildValue("(sOO)", info.name.c_str(), dtype.get(), shape.get()));
    if (!item || PyList_Append(list.get(), item.get()) != 0) return nullptr;
  }
  return list.Release();
}

// get_tensor(name) -> array
PyObject* GetTensor(PyObject* self, PyObject* name_object) {
  std::string name;
  if (!ToString(name_object, &name)) return nullptr;
  absl::StatusOr<Tensor> tensor;
  {
    GilReleased released;
    tensor = Self(self).Read(name);
  }
  if (!tensor.ok()) return Raise(tensor.status());
  return ArrayFromTensor(*std::move(tensor));
}

PyMethodDef methods[] = {{"variables", Variables, METH_NOARGS, nullptr},
                         {"get_tensor", GetTensor, METH_O, nullptr},
                         {nullptr, nullptr, 0, nullptr}};
PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(New)},
                       {Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
                       {Py_tp_methods, methods},
                       {0, nullptr}};
PyType_Spec spec = {"millrace._native.CheckpointReader", sizeof(CheckpointReaderObject), 0,
                    Py_TPFLAGS_DEFAULT, slots};

}  // namespace

bool AddCheckpointReaderType(PyObject* module) {
  return AddType(module, "CheckpointReader", &spec, &type);
}

}  // namespace millrace::python
