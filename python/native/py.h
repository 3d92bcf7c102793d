// CPython by hand: owning references and small conversions. Everything here needs the GIL. The
// convention of the C API holds throughout this folder: null or false means that a Python exception
// is set.
#ifndef MILLRACE_PYTHON_NATIVE_PY_H_
#define MILLRACE_PYTHON_NATIVE_PY_H_

#define PY_SSIZE_T_CLEAN
#include <Python.h>
// Python.h first.
#include <frameobject.h>
#include <structmember.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"

namespace millrace::python {

// Owns one reference to a Python object, or none.
class PyRef {
 public:
  PyRef() = default;
  static PyRef Steal(PyObject* p) { return PyRef(p); }
  static PyRef Share(PyObject* p) {
    Py_XINCREF(p);
    return PyRef(p);
  }
  PyRef(PyRef&& o) noexcept : p_(o.Release()) {}
  PyRef& operator=(PyRef&& o) noexcept {
    PyObject* old = p_;
    p_ = o.Release();
    Py_XDECREF(old);
    return *this;
  }
  ~PyRef() { Py_XDECREF(p_); }

  PyObject* get() const { return p_; }
  explicit operator bool() const { return p_ != nullptr; }
  PyObject* Release() { return std::exchange(p_, nullptr); }

 private:
  explicit PyRef(PyObject* p) : p_(p) {}
  PyObject* p_ = nullptr;
};

// Lets other Python threads run while this object lives.
class GilReleased {
 public:
  GilReleased() : state_(PyEval_SaveThread()) {}
  ~GilReleased() { PyEval_RestoreThread(state_); }
  GilReleased(const GilReleased&) = delete;
  GilReleased& operator=(const GilReleased&) = delete;

 private:
  PyThreadState* state_;
};

// Sets TypeError unless min <= n <= max.
bool CheckArgCount(const char* function, Py_ssize_t n, Py_ssize_t min, Py_ssize_t max);

// str (as UTF-8) or bytes.
bool ToString(PyObject* o, std::string* out);
bool ToStrings(PyObject* sequence, std::vector<std::string>* out);
bool ToInt64(PyObject* o, int64_t* out);
bool ToInt64s(PyObject* sequence, std::vector<int64_t>* out);
// millrace.DType, or anything that dtypes.as_dtype takes.
bool ToDType(PyObject* o, DType* out);
// None (unknown rank), TensorShape, or a sequence of int and None.
bool ToShape(PyObject* o, PartialShape* out);

PyObject* FromString(absl::string_view s);  // str; bytes that are no UTF-8 become U+FFFD
PyObject* FromBytes(absl::string_view s);
PyObject* FromStrings(const std::vector<std::string>& strings);
PyObject* FromDType(DType t);                // millrace.DType
PyObject* FromShape(const PartialShape& s);  // None, or a tuple of int and None
PyObject* FromInts(const std::vector<int64_t>& values);

// Calls f(item) for each item of a sequence; false as soon as f is, or if `o` is no sequence.
template <typename F>
bool ForEach(PyObject* o, const char* what, F f) {
  PyRef fast = PyRef::Steal(PySequence_Fast(o, what));
  if (!fast) return false;
  const Py_ssize_t n = PySequence_Fast_GET_SIZE(fast.get());
  for (Py_ssize_t i = 0; i < n; ++i) {
    if (!f(PySequence_Fast_GET_ITEM(fast.get(), i))) return false;
  }
  return true;
}

// Functions and classes of the Python package that the extension calls, set once by
// millrace/_native_setup.py.
struct Hooks {
  PyObject* as_dtype = nullptr;         // value -> DType
  PyObject* dtypes = nullptr;           // {enum: DType}
  PyObject* as_array = nullptr;         // (value, enum or 0) -> (enum, shape, buffer or list)
  PyObject* object_array = nullptr;     // (list, shape) -> ndarray of objects
  PyObject* numpy_dtypes = nullptr;     // {enum: numpy.dtype}
  PyObject* ndarray = nullptr;          // numpy.ndarray
  PyObject* error_classes = nullptr;    // {code: class}
  PyObject* eager_tensor = nullptr;     // class
  PyObject* binary_operator = nullptr;  // (op, x, y) -> tensor, where operands need converting
  PyObject* call_function = nullptr;    // (token, arguments, keep tape) -> (code, results or text)
};
Hooks& hooks();
// set_hooks(**kwargs), a function of the module.
PyObject* SetHooks(PyObject* module, PyObject* args, PyObject* kwargs);

// Creates a type from its spec and adds it to the module. False on error.
bool AddType(PyObject* module, const char* name, PyType_Spec* spec, PyTypeObject** type);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_PY_H_
