#include "python/native/py.h"

namespace millrace::python {

Hooks& hooks() {
  static Hooks hooks;
  return hooks;
}

PyObject* SetHooks(PyObject*, PyObject* args, PyObject* kwargs) {
  static const char* const kNames[] = {"as_dtype",      "dtypes",       "as_array",
                                       "object_array",  "numpy_dtypes", "ndarray",
                                       "error_classes", "eager_tensor", "binary_operator",
                                       "call_function", nullptr};
  Hooks h;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "$OOOOOOOOOO", const_cast<char**>(kNames),
                                   &h.as_dtype, &h.dtypes, &h.as_array, &h.object_array,
                                   &h.numpy_dtypes, &h.ndarray, &h.error_classes, &h.eager_tensor,
                                   &h.binary_operator, &h.call_function)) {
    return nullptr;
  }
  for (PyObject* o : {h.as_dtype, h.dtypes, h.as_array, h.object_array, h.numpy_dtypes, h.ndarray,
                      h.error_classes, h.eager_tensor, h.binary_operator, h.call_function}) {
    Py_INCREF(o);
  }
  hooks() = h;
  Py_RETURN_NONE;
}

bool CheckArgCount(const char* function, Py_ssize_t n, Py_ssize_t min, Py_ssize_t max) {
  if (min <= n && n <= max) return true;
  PyErr_Format(PyExc_TypeError, "%s takes %zd to %zd arguments, got %zd", function, min, max, n);
  return false;
}

bool ToString(PyObject* o, std::string* out) {
  Py_ssize_t size = 0;
  if (PyUnicode_Check(o)) {
    const char* text = PyUnicode_AsUTF8AndSize(o, &size);
    if (text == nullptr) return false;
    out->assign(text, size);
    return true;
  }
  if (PyBytes_Check(o)) {
    out->assign(PyBytes_AS_STRING(o), PyBytes_GET_SIZE(o));
    return true;
  }
  PyErr_Format(PyExc_TypeError, "expected str or bytes, got %s", Py_TYPE(o)->tp_name);
  return false;
}

bool ToStrings(PyObject* sequence, std::vector<std::string>* out) {
  return ForEach(sequence, "expected a list of strings", [out](PyObject* item) {
    out->emplace_back();
    return ToString(item, &out->back());
  });
}

bool ToInt64(PyObject* o, int64_t* out) {
  if (PyLong_CheckExact(o)) {
    *out = PyLong_AsLongLong(o);
    return *out != -1 || !PyErr_Occurred();
  }
  PyRef index = PyRef::Steal(PyNumber_Index(o));
  if (!index) return false;
  *out = PyLong_AsLongLong(index.get());
  return *out != -1 || !PyErr_Occurred();
}

bool ToInt64s(PyObject* sequence, std::vector<int64_t>* out) {
  return ForEach(sequence, "expected a list of integers", [out](PyObject* item) {
    out->push_back(0);
    return ToInt64(item, &out->back());
  });
}

bool ToDType(PyObject* o, DType* out) {
  static PyObject* const kEnum = PyUnicode_InternFromString("_enum");
  PyRef value = PyRef::Steal(PyObject_GetAttr(o, kEnum));
  if (!value) {
    PyErr_Clear();
    PyRef dtype = PyRef::Steal(PyObject_CallOneArg(hooks().as_dtype, o));
    if (!dtype) return false;
    value = PyRef::Steal(PyObject_GetAttr(dtype.get(), kEnum));
    if (!value) return false;
  }
  const long number = PyLong_AsLong(value.get());
  if (number == -1 && PyErr_Occurred()) return false;
  *out = static_cast<DType>(number);
  return true;
}

bool ToShape(PyObject* o, PartialShape* out) {
  static PyObject* const kDims = PyUnicode_InternFromString("_dims");
  PyRef dims = PyRef::Share(o);
  if (o != Py_None && !PyTuple_Check(o) && !PyList_Check(o) && PyObject_HasAttr(o, kDims)) {
    dims = PyRef::Steal(PyObject_GetAttr(o, kDims));
    if (!dims) return false;
  }
  if (dims.get() == Py_None) {
    *out = PartialShape::Unknown();
    return true;
  }
  std::vector<int64_t> sizes;
  const bool ok = ForEach(dims.get(), "a shape is a list of sizes", [&sizes](PyObject* item) {
    int64_t size = PartialShape::kUnknownDim;
    if (item != Py_None && !ToInt64(item, &size)) return false;
    sizes.push_back(size);
    return true;
  });
  if (!ok) return false;
  absl::StatusOr<PartialShape> shape = PartialShape::Create(sizes);
  if (!shape.ok()) {
    PyErr_SetString(PyExc_ValueError, std::string(shape.status().message()).c_str());
    return false;
  }
  *out = *std::move(shape);
  return true;
}

PyObject* FromString(absl::string_view s) {
  return PyUnicode_DecodeUTF8(s.data(), static_cast<Py_ssize_t>(s.size()), "replace");
}

PyObject* FromBytes(absl::string_view s) {
  return PyBytes_FromStringAndSize(s.data(), static_cast<Py_ssize_t>(s.size()));
}

PyObject* FromStrings(const std::vector<std::string>& strings) {
  PyRef list = PyRef::Steal(PyList_New(static_cast<Py_ssize_t>(strings.size())));
  if (!list) return nullptr;
  for (size_t i = 0; i < strings.size(); ++i) {
    PyObject* item = FromString(strings[i]);
    if (item == nullptr) return nullptr;
    PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), item);
  }
  return list.Release();
}

PyObject* FromDType(DType t) {
  PyRef number = PyRef::Steal(PyLong_FromLong(static_cast<long>(t)));
  if (!number) return nullptr;
  PyObject* found = PyDict_GetItemWithError(hooks().dtypes, number.get());
  if (found == nullptr) {
    if (!PyErr_Occurred()) PyErr_Format(PyExc_TypeError, "unknown dtype %d", static_cast<int>(t));
    return nullptr;
  }
  Py_INCREF(found);
  return found;
}

PyObject* FromShape(const PartialShape& s) {
  if (!s.known_rank()) Py_RETURN_NONE;
  PyRef tuple = PyRef::Steal(PyTuple_New(s.rank()));
  if (!tuple) return nullptr;
  for (int i = 0; i < s.rank(); ++i) {
    PyObject* size = Py_None;
    if (s.dim(i) >= 0) {
      size = PyLong_FromLongLong(s.dim(i));
      if (size == nullptr) return nullptr;
    } else {
      Py_INCREF(size);
    }
    PyTuple_SET_ITEM(tuple.get(), i, size);
  }
  return tuple.Release();
}

PyObject* FromInts(const std::vector<int64_t>& values) {
  PyRef list = PyRef::Steal(PyList_New(static_cast<Py_ssize_t>(values.size())));
  if (!list) return nullptr;
  for (size_t i = 0; i < values.size(); ++i) {
    PyObject* item = PyLong_FromLongLong(values[i]);
    if (item == nullptr) return nullptr;
    PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), item);
  }
  return list.Release();
}

bool AddType(PyObject* module, const char* name, PyType_Spec* spec, PyTypeObject** type) {
  PyObject* made = PyType_FromSpec(spec);
  if (made == nullptr) return false;
  *type = reinterpret_cast<PyTypeObject*>(made);
  Py_INCREF(made);  // one reference is the module's, one ours
  if (PyModule_AddObject(module, name, made) == 0) return true;
  Py_DECREF(made);
  return false;
}

}  // namespace millrace::python
