// _native.Function(name): a traced function, called on values.
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "core/eager/function.h"
#include "core/graph/remove_function.h"
#include "python/native/eager_type.h"
#include "python/native/interrupt.h"
#include "python/native/lent_buffer.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

struct FunctionObject {
  PyObject_HEAD std::shared_ptr<EagerFunction> function;
};

PyTypeObject* type = nullptr;

PyObject* New(PyTypeObject* cls, PyObject* args, PyObject*) {
  PyObject* name_object;
  std::string name;
  if (!PyArg_ParseTuple(args, "O", &name_object) || !ToString(name_object, &name)) return nullptr;
  EagerContext* context = Eager();
  if (context == nullptr) return nullptr;
  absl::StatusOr<std::shared_ptr<EagerFunction>> function;
  {
    GilReleased released;
    function = EagerFunction::Create(context, std::move(name));
  }
  if (!function.ok()) return Raise(function.status());
  auto* self = reinterpret_cast<FunctionObject*>(cls->tp_alloc(cls, 0));
  if (self != nullptr) new (&self->function) std::shared_ptr<EagerFunction>(*std::move(function));
  return reinterpret_cast<PyObject*>(self);
}

void Dealloc(PyObject* self) {
  PyTypeObject* t = Py_TYPE(self);
  std::shared_ptr<EagerFunction> function =
      std::move(reinterpret_cast<FunctionObject*>(self)->function);
  reinterpret_cast<FunctionObject*>(self)->function.~shared_ptr();
  t->tp_free(self);
  Py_DECREF(t);
  if (!CheckNotForked().ok()) {
    new std::shared_ptr<EagerFunction>(std::move(function));  // left alone
    return;
  }
  // The function goes out of the library with its last user, so that traces do not pile up.
  if (function.use_count() == 1) {
    if (EagerContext* context = Eager()) RemoveFunction(&context->library(), function->name());
  }
}

// call(inputs) -> [tensor]
PyObject* Call(PyObject* self, PyObject* inputs_object) {
  std::vector<EagerTensor> inputs;
  if (!EagersOf(inputs_object, &inputs)) return nullptr;
  if (Eager() == nullptr) return nullptr;
  std::shared_ptr<EagerFunction> function = reinterpret_cast<FunctionObject*>(self)->function;
  absl::StatusOr<EagerTensors> outputs;
  {
    InterruptScope interrupt;
    {
      GilReleased released;
      outputs = function->Call(&ThreadTapes(), inputs, interrupt.cancellation());
    }
    if (!outputs.ok() && interrupt.Raised()) return nullptr;
  }
  ReleaseReturned();
  if (!outputs.ok()) return Raise(outputs.status());
  return NewEagerTensors(absl::MakeSpan(*outputs));
}

// watch(handles): the open tapes of this thread watch them
PyObject* WatchAll(PyObject*, PyObject* handles_object) {
  TapeStack& tapes = ThreadTapes();
  if (tapes.empty()) Py_RETURN_NONE;
  std::vector<EagerTensor> handles;
  if (!EagersOf(handles_object, &handles)) return nullptr;
  for (const EagerTensor& handle : handles) tapes.Watch(handle);
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {{"call", Call, METH_O, nullptr},
                         {"watch", WatchAll, METH_O | METH_STATIC, nullptr},
                         {nullptr, nullptr, 0, nullptr}};
PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(New)},
                       {Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
                       {Py_tp_methods, methods},
                       {0, nullptr}};
PyType_Spec spec = {"millrace._native.Function", sizeof(FunctionObject), 0, Py_TPFLAGS_DEFAULT,
                    slots};

}  // namespace

bool AddFunctionType(PyObject* module) { return AddType(module, "Function", &spec, &type); }

}  // namespace millrace::python
