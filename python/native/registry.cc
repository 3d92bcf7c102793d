#include "python/native/registry.h"

#include <string>

#include "core/base/logging.h"
#include "core/graph/op_def_codec.h"
#include "kernels/all.h"
#include "python/native/attr_convert.h"
#include "python/native/py_func.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

PyObject* ArgToPython(const ArgDef& arg) {
  return Py_BuildValue("{s:s,s:i,s:s,s:s,s:s,s:O,s:s}", "name", arg.name.c_str(), "type",
                       static_cast<int>(arg.type), "type_attr", arg.type_attr.c_str(),
                       "number_attr", arg.number_attr.c_str(), "type_list_attr",
                       arg.type_list_attr.c_str(), "is_ref", arg.is_ref ? Py_True : Py_False, "doc",
                       arg.doc.c_str());
}

// Dtypes as numbers here and in defaults: the generator runs without the package.
PyObject* TypeNumbers(const std::vector<DType>& types) {
  std::vector<int64_t> numbers;
  for (DType t : types) numbers.push_back(static_cast<int>(t));
  return FromInts(numbers);
}

PyObject* DefaultToPython(const Attr& value) {
  if (const DType* t = value.get<DType>()) return PyLong_FromLong(static_cast<int>(*t));
  if (const auto* list = value.get<std::vector<DType>>()) return TypeNumbers(*list);
  if (value.kind() == AttrKind::kTensor || value.kind() == AttrKind::kListTensor) {
    return FromString(value.DebugString());
  }
  return PythonFromAttr(value);
}

PyObject* AttrDefToPython(const AttrDef& attr) {
  PyRef types = PyRef::Steal(TypeNumbers(attr.allowed_types));
  PyRef strings = PyRef::Steal(FromStrings(attr.allowed_strings));
  PyRef value = attr.default_value ? PyRef::Steal(DefaultToPython(*attr.default_value))
                                   : PyRef::Share(Py_None);
  PyRef minimum =
      attr.minimum ? PyRef::Steal(PyLong_FromLongLong(*attr.minimum)) : PyRef::Share(Py_None);
  if (!types || !strings || !value || !minimum) return nullptr;
  return Py_BuildValue("{s:s,s:s,s:O,s:O,s:O,s:O,s:O,s:s}", "name", attr.name.c_str(), "kind",
                       std::string(AttrKindName(attr.kind)).c_str(), "has_default",
                       attr.default_value ? Py_True : Py_False, "default", value.get(),
                       "allowed_types", types.get(), "allowed_strings", strings.get(), "minimum",
                       minimum.get(), "doc", attr.doc.c_str());
}

template <typename T>
PyObject* ToList(const std::vector<T>& items, PyObject* (*convert)(const T&)) {
  PyRef list = PyRef::Steal(PyList_New(0));
  if (!list) return nullptr;
  for (const T& item : items) {
    PyRef converted = PyRef::Steal(convert(item));
    if (!converted || PyList_Append(list.get(), converted.get()) != 0) return nullptr;
  }
  return list.Release();
}

PyObject* KernelToPython(const KernelRegistration& kernel) {
  PyRef types = PyRef::Steal(PyDict_New());
  if (!types) return nullptr;
  for (const auto& [attr, dtype] : kernel.types) {
    PyRef name = PyRef::Steal(FromString(DTypeName(dtype)));
    if (!name || PyDict_SetItemString(types.get(), attr.c_str(), name.get()) != 0) return nullptr;
  }
  return Py_BuildValue("(sO)", kernel.device_type.c_str(), types.get());
}

const OpSchema* Lookup(PyObject* name) {
  std::string op;
  if (!ToString(name, &op)) return nullptr;
  absl::StatusOr<const OpSchema*> schema = Ops().Lookup(op);
  if (schema.ok()) return *schema;
  Raise(schema.status());
  return nullptr;
}

}  // namespace

Registry& Ops() {
  static Registry& ops = []() -> Registry& {
    Registry& builtin = BuiltinRegistry();
    const absl::Status status = RegisterPyFuncs(builtin);
    if (!status.ok()) MR_LOG(ERROR) << "the ops that call Python are not there: " << status;
    return builtin;
  }();
  return ops;
}

PyObject* OpNames(PyObject*, PyObject*) {
  std::vector<std::string> names;
  for (const OpSchema* op : Ops().List()) names.push_back(op->name);
  return FromStrings(names);
}

PyObject* OpSchemaOf(PyObject*, PyObject* name) {
  const OpSchema* op = Lookup(name);
  if (op == nullptr) return nullptr;
  PyRef inputs = PyRef::Steal(ToList(op->inputs, ArgToPython));
  PyRef outputs = PyRef::Steal(ToList(op->outputs, ArgToPython));
  PyRef attrs = PyRef::Steal(ToList(op->attrs, AttrDefToPython));
  if (!inputs || !outputs || !attrs) return nullptr;
  return Py_BuildValue("{s:s,s:O,s:O,s:O,s:s,s:O,s:O}", "name", op->name.c_str(), "inputs",
                       inputs.get(), "outputs", outputs.get(), "attrs", attrs.get(), "doc",
                       op->doc.c_str(), "is_stateful", op->is_stateful ? Py_True : Py_False,
                       "differentiable", op->gradient != nullptr ? Py_True : Py_False);
}

PyObject* OpDefOf(PyObject*, PyObject* name) {
  const OpSchema* op = Lookup(name);
  if (op == nullptr) return nullptr;
  OpDef proto;
  if (absl::Status status = OpSchemaToProto(*op, &proto); !status.ok()) return Raise(status);
  return FromBytes(proto.SerializeAsString());
}

PyObject* KernelsOf(PyObject*, PyObject* name) {
  const OpSchema* op = Lookup(name);
  return op == nullptr ? nullptr : ToList(op->kernels, KernelToPython);
}

}  // namespace millrace::python
