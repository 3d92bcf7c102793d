// _native.Tape(persistent): a gradient tape of this thread.
#include <new>
#include <vector>

#include "core/eager/tape.h"
#include "python/native/eager_type.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

struct TapeObject {
  PyObject_HEAD GradientTape tape;
};

PyTypeObject* type = nullptr;

GradientTape& Self(PyObject* self) { return reinterpret_cast<TapeObject*>(self)->tape; }

PyObject* New(PyTypeObject* cls, PyObject* args, PyObject*) {
  int persistent;
  if (!PyArg_ParseTuple(args, "p", &persistent)) return nullptr;
  auto* self = reinterpret_cast<TapeObject*>(cls->tp_alloc(cls, 0));
  if (self != nullptr) new (&self->tape) GradientTape(persistent != 0);
  return reinterpret_cast<PyObject*>(self);
}

void Dealloc(PyObject* self) {
  PyTypeObject* t = Py_TYPE(self);
  ThreadTapes().Remove(&Self(self));
  Self(self).~GradientTape();
  t->tp_free(self);
  Py_DECREF(t);
}

PyObject* Push(PyObject* self, PyObject*) {
  ThreadTapes().Push(&Self(self));
  Py_RETURN_NONE;
}
PyObject* Remove(PyObject* self, PyObject*) {
  ThreadTapes().Remove(&Self(self));
  Py_RETURN_NONE;
}
PyObject* Reset(PyObject* self, PyObject*) {
  Self(self).Reset();
  Py_RETURN_NONE;
}

PyObject* Watch(PyObject* self, PyObject* o) {
  const EagerTensor* tensor = EagerOf(o);
  if (tensor == nullptr) {
    PyErr_Format(PyExc_TypeError, "cannot watch %.200R", o);
    return nullptr;
  }
  Self(self).Watch(*tensor);
  Py_RETURN_NONE;
}

// A tensor, None, or (values, indices, dense shape or None).
PyObject* FromGradient(EagerGradient& g) {
  if (!g.valid()) Py_RETURN_NONE;
  if (!g.sparse()) return NewEagerTensor(std::move(g.values));
  PyRef values = PyRef::Steal(NewEagerTensor(std::move(g.values)));
  PyRef indices = PyRef::Steal(NewEagerTensor(std::move(g.indices)));
  PyRef shape = g.dense_shape.valid() ? PyRef::Steal(NewEagerTensor(std::move(g.dense_shape)))
                                      : PyRef::Share(Py_None);
  if (!values || !indices || !shape) return nullptr;
  return PyTuple_Pack(3, values.get(), indices.get(), shape.get());
}

// gradient(targets, sources, output gradients (tensor or None each; may be empty))
PyObject* Gradient(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  std::vector<EagerTensor> targets, sources, output_gradients;
  if (!CheckArgCount("gradient", n, 3, 3) || !EagersOf(args[0], &targets) ||
      !EagersOf(args[1], &sources)) {
    return nullptr;
  }
  const bool ok = ForEach(args[2], "output_gradients is a list", [&](PyObject* item) {
    output_gradients.emplace_back();
    if (item == Py_None) return true;
    const EagerTensor* tensor = EagerOf(item);
    if (tensor != nullptr) output_gradients.back() = *tensor;
    return tensor != nullptr;
  });
  if (!ok) return nullptr;
  EagerContext* context = Eager();
  if (context == nullptr) return nullptr;
  absl::StatusOr<std::vector<EagerGradient>> gradients;
  {
    GilReleased released;
    gradients = Self(self).Gradient(context, &ThreadTapes(), targets, sources, output_gradients);
  }
  if (!gradients.ok()) return Raise(gradients.status());
  PyRef list = PyRef::Steal(PyList_New(0));
  for (EagerGradient& g : *gradients) {
    PyRef item = PyRef::Steal(FromGradient(g));
    if (!item || PyList_Append(list.get(), item.get()) != 0) return nullptr;
  }
  return list.Release();
}

PyMethodDef methods[] = {
    {"push", Push, METH_NOARGS, nullptr},
    {"remove", Remove, METH_NOARGS, nullptr},
    {"reset", Reset, METH_NOARGS, nullptr},
    {"watch", Watch, METH_O, nullptr},
    {"gradient", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(Gradient)), METH_FASTCALL,
     nullptr},
    {nullptr, nullptr, 0, nullptr}};
PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(New)},
                       {Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
                       {Py_tp_methods, methods},
                       {0, nullptr}};
PyType_Spec spec = {"millrace._native.Tape", sizeof(TapeObject), 0, Py_TPFLAGS_DEFAULT, slots};

}  // namespace

bool AddTapeType(PyObject* module) { return AddType(module, "Tape", &spec, &type); }

}  // namespace millrace::python
