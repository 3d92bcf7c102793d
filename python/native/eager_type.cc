#include "python/native/eager_type.h"

#include <new>

#include "python/native/array.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

struct EagerObject {
  PyObject_HEAD EagerTensor tensor;
  PyObject* weak_references;
};

PyTypeObject* type = nullptr;
thread_local bool building_graph = false;

const EagerTensor& Self(PyObject* self) { return reinterpret_cast<EagerObject*>(self)->tensor; }

void Dealloc(PyObject* self) {
  PyTypeObject* t = Py_TYPE(self);
  if (reinterpret_cast<EagerObject*>(self)->weak_references != nullptr)
    PyObject_ClearWeakRefs(self);
  reinterpret_cast<EagerObject*>(self)->tensor.~EagerTensor();
  t->tp_free(self);
  Py_DECREF(t);
}

// A Python number as a scalar of the tensor's dtype, for the commonest of them.
bool ScalarLike(const Tensor& like, PyObject* o, Tensor* out) {
  const DType dtype = like.dtype();
  if (PyFloat_CheckExact(o)) {
    const double value = PyFloat_AS_DOUBLE(o);
    if (dtype == DType::kFloat) return *out = Tensor::Scalar(static_cast<float>(value)), true;
    if (dtype == DType::kDouble) return *out = Tensor::Scalar(value), true;
    return false;
  }
  if (!PyLong_CheckExact(o)) return false;
  int overflow;
  const long long value = PyLong_AsLongLongAndOverflow(o, &overflow);
  if (overflow != 0) return false;
  if (dtype == DType::kFloat) return *out = Tensor::Scalar(static_cast<float>(value)), true;
  if (dtype == DType::kDouble) return *out = Tensor::Scalar(static_cast<double>(value)), true;
  if (dtype == DType::kInt32 && value == static_cast<int32_t>(value)) {
    return *out = Tensor::Scalar(static_cast<int32_t>(value)), true;
  }
  if (dtype == DType::kInt64) return *out = Tensor::Scalar(static_cast<int64_t>(value)), true;
  return false;
}

// Both operands as tensors; false where the package's own conversions are needed.
bool Operands(PyObject* x, PyObject* y, EagerTensor operands[2]) {
  if (building_graph) return false;
  const EagerTensor *a = EagerOf(x), *b = EagerOf(y);
  if (a != nullptr) operands[0] = *a;
  if (b != nullptr) operands[1] = *b;
  if (a != nullptr && b != nullptr) return a->value.dtype() == b->value.dtype();
  Tensor scalar;
  if (!ScalarLike(a != nullptr ? a->value : b->value, a != nullptr ? y : x, &scalar)) return false;
  operands[a != nullptr ? 1 : 0] = MakeEager(std::move(scalar));
  return true;
}

PyObject* Execute(const char* op, absl::Span<const EagerTensor> inputs) {
  EagerContext* context = Eager();
  if (context == nullptr) return nullptr;
  int64_t elements = 0;
  for (const EagerTensor& t : inputs) elements = std::max(elements, t.value.num_elements());
  absl::StatusOr<EagerTensors> outputs;
  if (elements <= 4096) {  // over before another thread could have taken the GIL
    outputs = ExecuteOp(context, &ThreadTapes(), op, inputs);
  } else {
    GilReleased released;
    outputs = ExecuteOp(context, &ThreadTapes(), op, inputs);
  }
  if (!outputs.ok()) return Raise(outputs.status());
  return NewEagerTensor(std::move((*outputs)[0]));
}

PyObject* Binary(const char* op, PyObject* x, PyObject* y) {
  EagerTensor operands[2];
  if (Operands(x, y, operands)) return Execute(op, operands);
  return PyObject_CallFunction(hooks().binary_operator, "sOO", op, x, y);
}

PyObject* Add(PyObject* x, PyObject* y) { return Binary("AddV2", x, y); }
PyObject* Subtract(PyObject* x, PyObject* y) { return Binary("Sub", x, y); }
PyObject* Multiply(PyObject* x, PyObject* y) { return Binary("Mul", x, y); }
PyObject* FloorDivide(PyObject* x, PyObject* y) { return Binary("FloorDiv", x, y); }
PyObject* Remainder(PyObject* x, PyObject* y) { return Binary("FloorMod", x, y); }
PyObject* Power(PyObject* x, PyObject* y, PyObject* modulus) {
  if (modulus != Py_None) Py_RETURN_NOTIMPLEMENTED;
  return Binary("Pow", x, y);
}
// Integers are divided as floats, which the package does.
PyObject* TrueDivide(PyObject* x, PyObject* y) {
  const EagerTensor* one = EagerOf(x) != nullptr ? EagerOf(x) : EagerOf(y);
  if (IsFloating(one->value.dtype())) return Binary("RealDiv", x, y);
  return PyObject_CallFunction(hooks().binary_operator, "sOO", "RealDiv", x, y);
}
PyObject* MatrixMultiply(PyObject* x, PyObject* y) {
  const EagerTensor *a = EagerOf(x), *b = EagerOf(y);
  if (a != nullptr && b != nullptr && a->value.rank() == 2 && b->value.rank() == 2)
    return Binary("MatMul", x, y);
  return PyObject_CallFunction(hooks().binary_operator, "sOO", "MatMul", x, y);
}
PyObject* Negative(PyObject* x) {
  if (building_graph)
    return PyObject_CallFunction(hooks().binary_operator, "sOO", "Neg", x, Py_None);
  return Execute("Neg", absl::MakeConstSpan(&Self(x), 1));
}

PyObject* Compare(PyObject* x, PyObject* y, int op) {
  static const char* const kOps[] = {"Less",     "LessEqual", "Equal",
                                     "NotEqual", "Greater",   "GreaterEqual"};
  if ((op == Py_EQ || op == Py_NE) && (y == Py_None || PyUnicode_Check(y)))
    return PyBool_FromLong(op == Py_NE);
  return Binary(kOps[op], x, y);
}

PyObject* Numpy(PyObject* self, PyObject*) { return ArrayFromTensor(Self(self).value); }

PyObject* HandleDataOf(PyObject* self, PyObject*) {
  const Tensor& value = Self(self).value;
  PyRef list = PyRef::Steal(PyList_New(0));
  if (value.dtype() != DType::kResource || value.num_elements() != 1) return list.Release();
  for (const auto& item : value.scalar<ResourceHandle>().dtypes_and_shapes) {
    PyRef dtype = PyRef::Steal(FromDType(item.dtype)), shape = PyRef::Steal(FromShape(item.shape));
    if (!dtype || !shape) return nullptr;
    PyRef pair = PyRef::Steal(PyTuple_Pack(2, dtype.get(), shape.get()));
    if (!pair || PyList_Append(list.get(), pair.get()) != 0) return nullptr;
  }
  return list.Release();
}

PyObject* GetDType(PyObject* self, void*) { return FromDType(Self(self).value.dtype()); }
PyObject* GetDims(PyObject* self, void*) { return FromShape(Self(self).value.shape()); }
PyObject* GetId(PyObject* self, void*) { return PyLong_FromLongLong(Self(self).id); }

PyMethodDef methods[] = {
    {"numpy", Numpy, METH_NOARGS, "The value as an array that shares the memory."},
    {"_handle_data", HandleDataOf, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr}};
PyGetSetDef getset[] = {{"dtype", GetDType, nullptr, nullptr, nullptr},
                        {"_dims", GetDims, nullptr, nullptr, nullptr},
                        {"_id", GetId, nullptr, nullptr, nullptr},
                        {nullptr, nullptr, nullptr, nullptr, nullptr}};
PyMemberDef members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(EagerObject, weak_references), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr}};
#define MR_SLOT(slot, f) \
  { slot, reinterpret_cast<void*>(f) }
PyType_Slot slots[] = {MR_SLOT(Py_tp_dealloc, Dealloc),
                       {Py_tp_methods, methods},
                       {Py_tp_getset, getset},
                       {Py_tp_members, members},
                       MR_SLOT(Py_tp_richcompare, Compare),
                       MR_SLOT(Py_tp_hash, PyObject_HashNotImplemented),
                       MR_SLOT(Py_nb_add, Add),
                       MR_SLOT(Py_nb_subtract, Subtract),
                       MR_SLOT(Py_nb_multiply, Multiply),
                       MR_SLOT(Py_nb_floor_divide, FloorDivide),
                       MR_SLOT(Py_nb_remainder, Remainder),
                       MR_SLOT(Py_nb_power, Power),
                       MR_SLOT(Py_nb_true_divide, TrueDivide),
                       MR_SLOT(Py_nb_matrix_multiply, MatrixMultiply),
                       MR_SLOT(Py_nb_negative, Negative),
                       {0, nullptr}};
PyType_Spec spec = {"millrace._native.EagerTensor", sizeof(EagerObject), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                    slots};

}  // namespace

PyObject* NewEagerTensor(EagerTensor tensor) {
  auto* cls = reinterpret_cast<PyTypeObject*>(hooks().eager_tensor);
  auto* self = reinterpret_cast<EagerObject*>(cls->tp_alloc(cls, 0));
  if (self == nullptr) return nullptr;
  new (&self->tensor) EagerTensor(std::move(tensor));
  return reinterpret_cast<PyObject*>(self);
}

PyObject* NewEagerTensors(absl::Span<EagerTensor> tensors) {
  PyRef list = PyRef::Steal(PyList_New(static_cast<Py_ssize_t>(tensors.size())));
  if (!list) return nullptr;
  for (size_t i = 0; i < tensors.size(); ++i) {
    PyObject* item = NewEagerTensor(std::move(tensors[i]));
    if (item == nullptr) return nullptr;
    PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), item);
  }
  return list.Release();
}

const EagerTensor* EagerOf(PyObject* o) {
  if (reinterpret_cast<PyObject*>(Py_TYPE(o)) == hooks().eager_tensor) return &Self(o);
  return PyObject_TypeCheck(o, type) ? &Self(o) : nullptr;
}

bool EagersOf(PyObject* sequence, std::vector<EagerTensor>* out) {
  return ForEach(sequence, "expected a list of tensors", [out](PyObject* item) {
    const EagerTensor* tensor = EagerOf(item);
    if (tensor == nullptr) {
      PyErr_Format(PyExc_TypeError,
                   "%.200R is no value: it belongs to a graph, and cannot be used at once", item);
      return false;
    }
    out->push_back(*tensor);
    return true;
  });
}

PyObject* SetBuilding(PyObject*, PyObject* flag) {
  building_graph = PyObject_IsTrue(flag) == 1;
  Py_RETURN_NONE;
}

bool AddEagerTensorType(PyObject* module) { return AddType(module, "EagerTensor", &spec, &type); }

}  // namespace millrace::python
