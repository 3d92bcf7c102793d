#include "python/native/array.h"

#include <cstring>
#include <string>

#include "python/native/lent_buffer.h"
#include "python/native/status.h"
#include "python/native/tensor_memory.h"

namespace millrace::python {
namespace {

// The dtype of a buffer format in native byte order; kInvalid for any other.
DType DTypeOfFormat(const char* format, Py_ssize_t item_size) {
  if (format == nullptr) return DType::kUInt8;
  if (*format == '@' || *format == '=' || *format == '<') ++format;
  const bool complex = *format == 'Z';
  if (complex) ++format;
  if (format[0] == '\0' || format[1] != '\0') return DType::kInvalid;
  if (complex) {
    return *format == 'f'   ? DType::kComplex64
           : *format == 'd' ? DType::kComplex128
                            : DType::kInvalid;
  }
  switch (*format) {
    case '?':
      return DType::kBool;
    case 'e':
      return DType::kHalf;
    case 'f':
      return DType::kFloat;
    case 'd':
      return DType::kDouble;
    case 'b':
    case 'h':
    case 'i':
    case 'l':
    case 'q':
      return item_size == 1   ? DType::kInt8
             : item_size == 2 ? DType::kInt16
             : item_size == 4 ? DType::kInt32
                              : DType::kInt64;
    case 'B':
    case 'H':
    case 'I':
    case 'L':
    case 'Q':
      return item_size == 1   ? DType::kUInt8
             : item_size == 2 ? DType::kUInt16
             : item_size == 4 ? DType::kUInt32
                              : DType::kUInt64;
    default:
      return DType::kInvalid;
  }
}

// Storage of `stored` may stand for `want`: the same, or a type that numpy has no word for.
bool Stands(DType stored, DType want) {
  if (stored == want) return true;
  switch (want) {
    case DType::kBFloat16:
    case DType::kQUInt16:
      return stored == DType::kUInt16;
    case DType::kQInt8:
      return stored == DType::kInt8;
    case DType::kQUInt8:
      return stored == DType::kUInt8;
    case DType::kQInt16:
      return stored == DType::kInt16;
    case DType::kQInt32:
      return stored == DType::kInt32;
    default:
      return false;
  }
}

// A tensor over (or a copy of) the buffer; takes over `lent` in any case.
bool FromBuffer(LentBuffer* lent, DType dtype, Memory memory, Tensor* out) {
  const Py_buffer& view = lent->view;
  DimVector dims(view.shape, view.shape + view.ndim);
  absl::StatusOr<Shape> shape = Shape::Create(dims);
  absl::StatusOr<Tensor> tensor =
      shape.ok() ? Tensor::Borrow(dtype, *shape, view.buf, static_cast<size_t>(view.len),
                                  [lent] { ReturnLater(lent); })
                 : absl::StatusOr<Tensor>(shape.status());
  if (!shape.ok()) ReturnLater(lent);
  if (tensor.ok() && memory == Memory::kCopy) tensor = tensor->Owned();
  if (!tensor.ok()) {
    Raise(tensor.status());
    return false;
  }
  *out = *std::move(tensor);
  return true;
}

// The common case: an array of the right dtype, contiguous. 1: done, 0: not such an array, -1:
// exception.
int FromPlainArray(PyObject* value, DType want, Memory memory, Tensor* out) {
  auto* lent = new LentBuffer;
  if (PyObject_GetBuffer(value, &lent->view, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS) != 0) {
    PyErr_Clear();
    delete lent;
    return 0;
  }
  const DType stored = DTypeOfFormat(lent->view.format, lent->view.itemsize);
  if (stored == DType::kInvalid || (want != DType::kInvalid && stored != want)) {
    ReturnLater(lent);
    return 0;
  }
  return FromBuffer(lent, stored, memory, out) ? 1 : -1;
}

bool FromStringList(PyObject* list, const PartialShape& shape, Tensor* out) {
  absl::StatusOr<Tensor> tensor = Tensor::Create(DType::kString, shape.ToShape());
  if (!tensor.ok()) {
    Raise(tensor.status());
    return false;
  }
  if (PyList_GET_SIZE(list) != tensor->num_elements()) {
    PyErr_SetString(PyExc_ValueError, "a list of strings does not fill its shape");
    return false;
  }
  std::string* element = tensor->mutable_data<std::string>();
  const bool ok =
      ForEach(list, "expected strings", [&](PyObject* o) { return ToString(o, element++); });
  if (ok) *out = *std::move(tensor);
  return ok;
}

// numpy makes an array of the value first (hooks().as_array).
bool FromAnyValue(PyObject* value, DType want, Memory memory, Tensor* out) {
  PyRef made =
      PyRef::Steal(PyObject_CallFunction(hooks().as_array, "Oi", value, static_cast<int>(want)));
  if (!made) return false;
  PyObject *shape_object, *payload;
  int dtype_number;
  if (!PyArg_ParseTuple(made.get(), "iOO", &dtype_number, &shape_object, &payload)) return false;
  const DType dtype = static_cast<DType>(dtype_number);
  if (PyList_Check(payload)) {
    PartialShape shape;
    return ToShape(shape_object, &shape) && FromStringList(payload, shape, out);
  }
  auto* lent = new LentBuffer;
  if (PyObject_GetBuffer(payload, &lent->view, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS) != 0) {
    delete lent;
    return false;
  }
  if (!Stands(DTypeOfFormat(lent->view.format, lent->view.itemsize), dtype)) {
    ReturnLater(lent);
    PyErr_Format(PyExc_TypeError, "cannot make a tensor of %s", Py_TYPE(value)->tp_name);
    return false;
  }
  return FromBuffer(lent, dtype, memory, out);
}

PyObject* StringArray(const Tensor& tensor) {
  const absl::Span<const std::string> strings = tensor.flat<std::string>();
  if (tensor.rank() == 0) return FromBytes(strings[0]);
  PyRef list = PyRef::Steal(PyList_New(static_cast<Py_ssize_t>(strings.size())));
  if (!list) return nullptr;
  for (size_t i = 0; i < strings.size(); ++i) {
    PyObject* item = FromBytes(strings[i]);
    if (item == nullptr) return nullptr;
    PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), item);
  }
  PyRef shape = PyRef::Steal(FromShape(tensor.shape()));
  if (!shape) return nullptr;
  return PyObject_CallFunctionObjArgs(hooks().object_array, list.get(), shape.get(), nullptr);
}

}  // namespace

bool TensorFromPython(PyObject* value, DType want, Memory memory, Tensor* out) {
  if (const Tensor* inside = TensorOfMemory(value); inside != nullptr) {
    *out = *inside;
    return true;
  }
  if (reinterpret_cast<PyObject*>(Py_TYPE(value)) == hooks().ndarray) {
    const int done = FromPlainArray(value, want, memory, out);
    if (done != 0) return done > 0;
  }
  return FromAnyValue(value, want, memory, out);
}

PyObject* ArrayFromTensor(Tensor tensor) {
  const DType dtype = tensor.dtype();
  if (dtype == DType::kString) return StringArray(tensor);
  if (dtype == DType::kResource || dtype == DType::kVariant)
    return NewTensorMemory(std::move(tensor));
  if (tensor.borrowed()) {
    absl::StatusOr<Tensor> owned = tensor.Owned();
    if (!owned.ok()) return Raise(owned.status());
    tensor = *std::move(owned);
  }
  PyRef number = PyRef::Steal(PyLong_FromLong(static_cast<long>(dtype)));
  PyRef shape = PyRef::Steal(FromShape(tensor.shape()));
  if (!number || !shape) return nullptr;
  // Not PyDict_GetItem: the dictionary finds bfloat16's type when it is first asked for.
  PyRef numpy_dtype = PyRef::Steal(PyObject_GetItem(hooks().numpy_dtypes, number.get()));
  if (!numpy_dtype) return nullptr;
  const bool scalar = tensor.rank() == 0;
  PyRef memory = PyRef::Steal(NewTensorMemory(std::move(tensor)));
  if (!memory) return nullptr;
  PyObject* args[] = {shape.get(), numpy_dtype.get(), memory.get()};
  PyRef array = PyRef::Steal(PyObject_Vectorcall(hooks().ndarray, args, 3, nullptr));
  if (!array || !scalar) return array.Release();
  PyRef nothing = PyRef::Steal(PyTuple_New(0));
  return nothing ? PyObject_GetItem(array.get(), nothing.get()) : nullptr;
}

}  // namespace millrace::python
