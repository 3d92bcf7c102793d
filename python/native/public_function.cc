// _native.public_function: the wrapper that keeps the package's own frames out of tracebacks.
#include <cstdlib>

#include "python/native/user_line.h"

namespace millrace::python {

namespace {

struct PublicFunction {
  PyObject_HEAD PyObject* function;
  PyObject* dict;  // __doc__, __name__, __wrapped__ and the rest of functools.wraps
  vectorcallfunc vectorcall;
};

PyTypeObject* type = nullptr;

bool KeepAllFrames() {
  static const bool keep = std::getenv("MILLRACE_FULL_TRACEBACKS") != nullptr;
  return keep;
}

bool IsOurFrame(PyObject* traceback) {
  PyFrameObject* frame = reinterpret_cast<PyTracebackObject*>(traceback)->tb_frame;
  PyRef code = PyRef::Steal(reinterpret_cast<PyObject*>(PyFrame_GetCode(frame)));
  return IsPackageFile(reinterpret_cast<PyCodeObject*>(code.get())->co_filename);
}

// The chain without entries of the package. Consumes the reference.
PyObject* Trim(PyObject* traceback) {
  PyRef head = PyRef::Steal(traceback);
  while (head && IsOurFrame(head.get())) {
    head = PyRef::Share(
        reinterpret_cast<PyObject*>(reinterpret_cast<PyTracebackObject*>(head.get())->tb_next));
  }
  PyTracebackObject* kept = reinterpret_cast<PyTracebackObject*>(head.get());
  while (kept != nullptr && kept->tb_next != nullptr) {
    PyTracebackObject* next = kept->tb_next;
    if (!IsOurFrame(reinterpret_cast<PyObject*>(next))) {
      kept = next;
      continue;
    }
    PyTracebackObject* after = next->tb_next;
    Py_XINCREF(after);
    kept->tb_next = after;
    Py_DECREF(next);
  }
  return head.Release();
}

PyObject* Call(PyObject* self, PyObject* const* args, size_t nargs, PyObject* names) {
  PyObject* result =
      PyObject_Vectorcall(reinterpret_cast<PublicFunction*>(self)->function, args, nargs, names);
  if (result != nullptr || KeepAllFrames()) return result;
  PyObject *error_type, *value, *traceback;
  PyErr_Fetch(&error_type, &value, &traceback);
  if (traceback != nullptr) {
    traceback = Trim(traceback);
    if (value != nullptr) {
      PyErr_NormalizeException(&error_type, &value, &traceback);
      PyException_SetTraceback(value, traceback != nullptr ? traceback : Py_None);
    }
  }
  PyErr_Restore(error_type, value, traceback);
  return nullptr;
}

// What functools.wraps copies, so that help() and inspect.signature() see the function.
bool CopyDescription(PyObject* from, PyObject* to) {
  for (const char* name : {"__doc__", "__name__", "__qualname__", "__module__"}) {
    PyRef value = PyRef::Steal(PyObject_GetAttrString(from, name));
    if (!value || PyObject_SetAttrString(to, name, value.get()) != 0) return false;
  }
  return PyObject_SetAttrString(to, "__wrapped__", from) == 0;
}

PyObject* New(PyTypeObject* cls, PyObject* args, PyObject* kwargs) {
  PyObject* function;
  static const char* const kNames[] = {"function", nullptr};
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O", const_cast<char**>(kNames), &function))
    return nullptr;
  auto* self = reinterpret_cast<PublicFunction*>(cls->tp_alloc(cls, 0));
  if (self == nullptr) return nullptr;
  Py_INCREF(function);
  self->function = function;
  self->vectorcall = Call;
  PyRef made = PyRef::Steal(reinterpret_cast<PyObject*>(self));
  return CopyDescription(function, made.get()) ? made.Release() : nullptr;
}

int Traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(reinterpret_cast<PublicFunction*>(self)->function);
  Py_VISIT(reinterpret_cast<PublicFunction*>(self)->dict);
  return 0;
}

int Clear(PyObject* self) {
  Py_CLEAR(reinterpret_cast<PublicFunction*>(self)->function);
  Py_CLEAR(reinterpret_cast<PublicFunction*>(self)->dict);
  return 0;
}

void Dealloc(PyObject* self) {
  PyTypeObject* t = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  Clear(self);
  t->tp_free(self);
  Py_DECREF(t);
}

PyObject* Bind(PyObject* self, PyObject* object, PyObject*) {
  if (object == nullptr || object == Py_None) {
    Py_INCREF(self);
    return self;
  }
  return PyMethod_New(self, object);
}

PyObject* Repr(PyObject* self) {
  return PyObject_Repr(reinterpret_cast<PublicFunction*>(self)->function);
}

PyMemberDef members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(PublicFunction, vectorcall), READONLY, nullptr},
    {"__dictoffset__", T_PYSSIZET, offsetof(PublicFunction, dict), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr}};
PyGetSetDef getset[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};
PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(New)},
                       {Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
                       {Py_tp_traverse, reinterpret_cast<void*>(Traverse)},
                       {Py_tp_clear, reinterpret_cast<void*>(Clear)},
                       {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                       {Py_tp_descr_get, reinterpret_cast<void*>(Bind)},
                       {Py_tp_repr, reinterpret_cast<void*>(Repr)},
                       {Py_tp_members, members},
                       {Py_tp_getset, getset},
                       {0, nullptr}};

PyType_Spec spec = {"millrace._native.public_function", sizeof(PublicFunction), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
                        Py_TPFLAGS_METHOD_DESCRIPTOR,
                    slots};

}  // namespace

bool AddPublicFunctionType(PyObject* module) {
  return AddType(module, "public_function", &spec, &type);
}

}  // namespace millrace::python
