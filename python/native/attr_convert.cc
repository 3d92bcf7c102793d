#include "python/native/attr_convert.h"

#include <string>
#include <vector>

#include "python/native/array.h"

namespace millrace::python {
namespace {

bool ToFunction(PyObject* o, FunctionRef* out) { return ToString(o, &out->name); }

bool ToFloat(PyObject* o, float* out) {
  const double value = PyFloat_AsDouble(o);
  *out = static_cast<float>(value);
  return value != -1.0 || !PyErr_Occurred();
}

bool ToBool(PyObject* o, bool* out) {
  const absl::string_view type(Py_TYPE(o)->tp_name);
  if (!PyBool_Check(o) && !PyLong_Check(o) && type != "numpy.bool" && type != "numpy.bool_") {
    PyErr_Format(PyExc_TypeError, "expected a bool, got %R", o);
    return false;
  }
  const int truth = PyObject_IsTrue(o);
  *out = truth == 1;
  return truth >= 0;
}

bool ToTensor(PyObject* o, Tensor* out) {
  return TensorFromPython(o, DType::kInvalid, Memory::kCopy, out);
}

template <typename T>
bool One(PyObject* value, bool (*convert)(PyObject*, T*), Attr* out) {
  T converted{};
  if (!convert(value, &converted)) return false;
  *out = Attr(std::move(converted));
  return true;
}

template <typename T>
bool List(PyObject* value, bool (*convert)(PyObject*, T*), Attr* out) {
  std::vector<T> list;
  if (PyUnicode_Check(value) || PyBytes_Check(value)) {
    PyErr_SetString(PyExc_TypeError, "expected a list");
    return false;
  }
  const bool ok = ForEach(value, "expected a list", [&](PyObject* item) {
    T converted{};
    if (!convert(item, &converted)) return false;
    list.push_back(std::move(converted));
    return true;
  });
  if (ok) *out = Attr(std::move(list));
  return ok;
}

bool Convert(PyObject* value, AttrKind kind, Attr* out) {
  switch (kind) {
    case AttrKind::kString:
      return One<std::string>(value, ToString, out);
    case AttrKind::kInt:
      return One<int64_t>(value, ToInt64, out);
    case AttrKind::kFloat:
      return One<float>(value, ToFloat, out);
    case AttrKind::kBool:
      return One<bool>(value, ToBool, out);
    case AttrKind::kType:
      return One<DType>(value, ToDType, out);
    case AttrKind::kShape:
      return One<PartialShape>(value, ToShape, out);
    case AttrKind::kTensor:
      return One<Tensor>(value, ToTensor, out);
    case AttrKind::kFunction:
      return One<FunctionRef>(value, ToFunction, out);
    case AttrKind::kListString:
      return List<std::string>(value, ToString, out);
    case AttrKind::kListInt:
      return List<int64_t>(value, ToInt64, out);
    case AttrKind::kListFloat:
      return List<float>(value, ToFloat, out);
    case AttrKind::kListBool:
      return List<bool>(value, ToBool, out);
    case AttrKind::kListType:
      return List<DType>(value, ToDType, out);
    case AttrKind::kListShape:
      return List<PartialShape>(value, ToShape, out);
    case AttrKind::kListTensor:
      return List<Tensor>(value, ToTensor, out);
    case AttrKind::kListFunction:
      return List<FunctionRef>(value, ToFunction, out);
    case AttrKind::kNone:
    case AttrKind::kPlaceholder:
      break;
  }
  PyErr_SetString(PyExc_TypeError, "the attribute has no kind that Python can give");
  return false;
}

// The kind of an attribute that no schema knows ("_class", "_output_shapes").
AttrKind KindOf(PyObject* value) {
  if (PyBool_Check(value)) return AttrKind::kBool;
  if (PyLong_Check(value)) return AttrKind::kInt;
  if (PyFloat_Check(value)) return AttrKind::kFloat;
  if (PyUnicode_Check(value) || PyBytes_Check(value)) return AttrKind::kString;
  return AttrKind::kListString;
}

PyObject* ToPython(const std::string& s) { return FromBytes(s); }
PyObject* ToPython(int64_t v) { return PyLong_FromLongLong(v); }
PyObject* ToPython(float v) { return PyFloat_FromDouble(v); }
PyObject* ToPython(bool v) { return PyBool_FromLong(v); }
PyObject* ToPython(DType t) { return FromDType(t); }
PyObject* ToPython(const PartialShape& s) { return FromShape(s); }
PyObject* ToPython(const Tensor& t) { return ArrayFromTensor(t); }
PyObject* ToPython(const std::shared_ptr<const Tensor>& t) { return ArrayFromTensor(*t); }
PyObject* ToPython(const FunctionRef& f) { return FromString(f.name); }
PyObject* ToPython(const AttrPlaceholder& p) { return FromString("$" + p.name); }
PyObject* ToPython(const std::monostate&) { Py_RETURN_NONE; }
template <typename T>
PyObject* ToPython(const std::vector<T>& values) {
  PyRef list = PyRef::Steal(PyList_New(0));
  if (!list) return nullptr;
  for (const T& value : values) {
    PyRef item = PyRef::Steal(ToPython(value));
    if (!item || PyList_Append(list.get(), item.get()) != 0) return nullptr;
  }
  return list.Release();
}

}  // namespace

bool AttrFromPython(PyObject* value, AttrKind kind, absl::string_view name, Attr* out) {
  if (Convert(value, kind, out)) return true;
  if (!PyErr_ExceptionMatches(PyExc_TypeError)) return false;
  PyErr_Clear();
  PyErr_Format(PyExc_TypeError, "attribute '%s' wants %s, got %.200R", std::string(name).c_str(),
               std::string(AttrKindName(kind)).c_str(), value);
  return false;
}

PyObject* PythonFromAttr(const Attr& attr) {
  return std::visit([](const auto& value) { return ToPython(value); }, attr.storage());
}

bool AttrsFromDict(const OpSchema& op, PyObject* dict, AttrMap* attrs) {
  if (dict == Py_None) return true;
  if (!PyDict_Check(dict)) {
    PyErr_SetString(PyExc_TypeError, "attributes are a dictionary");
    return false;
  }
  PyObject *key, *value;
  Py_ssize_t position = 0;
  while (PyDict_Next(dict, &position, &key, &value)) {
    if (value == Py_None) continue;
    std::string name;
    if (!ToString(key, &name)) return false;
    const AttrDef* def = op.FindAttr(name);
    if (def == nullptr && (name.empty() || name[0] != '_')) {
      PyErr_Format(PyExc_TypeError, "op %s has no attribute '%s'", op.name.c_str(), name.c_str());
      return false;
    }
    Attr attr;
    if (!AttrFromPython(value, def != nullptr ? def->kind : KindOf(value), name, &attr))
      return false;
    attrs->Set(name, std::move(attr));
  }
  return true;
}

}  // namespace millrace::python
