#include "python/native/tensor_memory.h"

#include <new>

namespace millrace::python {
namespace {

struct TensorMemory {
  PyObject_HEAD Tensor tensor;
  bool writable;
};

PyTypeObject* type = nullptr;

void Dealloc(PyObject* self) {
  PyTypeObject* t = Py_TYPE(self);
  reinterpret_cast<TensorMemory*>(self)->tensor.~Tensor();
  t->tp_free(self);
  Py_DECREF(t);
}

int GetBuffer(PyObject* self, Py_buffer* view, int flags) {
  static char empty = 0;
  auto* memory = reinterpret_cast<TensorMemory*>(self);
  if (!IsTriviallyCopyable(memory->tensor.dtype())) {
    PyErr_SetString(PyExc_BufferError, "elements of this dtype are not plain bytes");
    view->obj = nullptr;
    return -1;
  }
  const size_t bytes = memory->tensor.bytes();
  void* data = bytes == 0 ? &empty : const_cast<void*>(memory->tensor.raw_data());
  return PyBuffer_FillInfo(view, self, data, static_cast<Py_ssize_t>(bytes), !memory->writable,
                           flags);
}

PyObject* Repr(PyObject* self) {
  return FromString(reinterpret_cast<TensorMemory*>(self)->tensor.DebugString());
}

PyType_Slot slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
                       {Py_tp_repr, reinterpret_cast<void*>(Repr)},
                       {Py_bf_getbuffer, reinterpret_cast<void*>(GetBuffer)},
                       {0, nullptr}};
PyType_Spec spec = {"millrace._native.TensorMemory", sizeof(TensorMemory), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

}  // namespace

PyObject* NewTensorMemory(Tensor tensor) {
  auto* self = reinterpret_cast<TensorMemory*>(type->tp_alloc(type, 0));
  if (self == nullptr) return nullptr;
  self->writable = tensor.can_write();
  new (&self->tensor) Tensor(std::move(tensor));
  return reinterpret_cast<PyObject*>(self);
}

const Tensor* TensorOfMemory(PyObject* o) {
  return Py_TYPE(o) == type ? &reinterpret_cast<TensorMemory*>(o)->tensor : nullptr;
}

bool AddTensorMemoryType(PyObject* module) { return AddType(module, "TensorMemory", &spec, &type); }

}  // namespace millrace::python
