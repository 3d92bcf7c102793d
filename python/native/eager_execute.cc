// Running single ops at once.
#include <string>

#include "python/native/array.h"
#include "python/native/attr_convert.h"
#include "python/native/eager_type.h"
#include "python/native/graph_type.h"
#include "python/native/interrupt.h"
#include "python/native/lent_buffer.h"
#include "python/native/registry.h"
#include "python/native/status.h"

namespace millrace::python {

EagerContext* Eager() {
  if (absl::Status status = CheckNotForked(); !status.ok()) return Raise(status);
  static auto* context = new EagerContext(&Ops(), DeviceSet::Local());
  return context;
}

TapeStack& ThreadTapes() {
  static thread_local TapeStack tapes;
  return tapes;
}

PyObject* EagerExecute(PyObject*, PyObject* const* args, Py_ssize_t n) {
  std::string op_name;
  std::vector<EagerTensor> inputs;
  if (!CheckArgCount("eager_execute", n, 3, 3) || !ToString(args[0], &op_name) ||
      !EagersOf(args[1], &inputs)) {
    return nullptr;
  }
  EagerContext* context = Eager();
  if (context == nullptr) return nullptr;
  AttrMap attrs;
  if (args[2] != Py_None) {
    const OpSchema* op = context->registry().Find(op_name);
    if (op != nullptr && !AttrsFromDict(*op, args[2], &attrs)) return nullptr;
  }
  absl::StatusOr<EagerTensors> outputs;
  {
    InterruptScope interrupt;
    {
      GilReleased released;
      ExecuteOptions options;
      options.cancellation = interrupt.cancellation();
      outputs = ExecuteOp(context, &ThreadTapes(), op_name, inputs, attrs, options);
    }
    if (!outputs.ok() && interrupt.Raised()) return nullptr;
  }
  ReleaseReturned();
  if (!outputs.ok()) return Raise(outputs.status());
  return NewEagerTensors(absl::MakeSpan(*outputs));
}

PyObject* EagerConstant(PyObject*, PyObject* const* args, Py_ssize_t n) {
  int64_t dtype;
  Tensor value;
  if (!CheckArgCount("eager_constant", n, 2, 2) || !ToInt64(args[1], &dtype) ||
      !TensorFromPython(args[0], static_cast<DType>(dtype), Memory::kCopy, &value)) {
    return nullptr;
  }
  return NewEagerTensor(MakeEager(std::move(value)));
}

PyObject* ReadVariable(PyObject*, PyObject* const* args, Py_ssize_t n) {
  int64_t dtype;
  if (!CheckArgCount("read_variable", n, 3, 3) || !ToInt64(args[1], &dtype)) return nullptr;
  const EagerTensor* handle = EagerOf(args[0]);
  EagerContext* context = Eager();
  if (context == nullptr) return nullptr;
  if (handle == nullptr) {
    PyErr_SetString(PyExc_TypeError, "expected a variable's handle");
    return nullptr;
  }
  TapeStack& tapes = ThreadTapes();
  if (!tapes.empty() && PyObject_IsTrue(args[2]) == 1) tapes.Watch(*handle);
  AttrMap attrs;
  attrs.Set("dtype", static_cast<DType>(dtype));
  absl::StatusOr<EagerTensors> outputs =
      ExecuteOp(context, &tapes, "ReadVariableOp", absl::MakeConstSpan(handle, 1), attrs);
  if (!outputs.ok()) return Raise(outputs.status());
  return NewEagerTensor(std::move((*outputs)[0]));
}

PyObject* EagerLibrary(PyObject*, PyObject*) {
  EagerContext* context = Eager();
  if (context == nullptr) return nullptr;
  return NewGraphObject(std::make_shared<Graph>(&context->registry(), context->shared_library()));
}

}  // namespace millrace::python
