#include "python/native/call_python.h"

#include <cxxabi.h>
#include <unistd.h>

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "python/native/array.h"
#include "python/native/eager_type.h"
#include "python/native/lent_buffer.h"

namespace millrace::python {
namespace {

// Calls that have begun. Python must not be entered once it is being taken down.
class Calls {
 public:
  bool Begin() {
    MutexLock lock(&mu_);
    if (closed_) return false;
    ++count_;
    return true;
  }
  void End() {
    MutexLock lock(&mu_);
    if (--count_ == 0) none_.SignalAll();
  }
  void Close(absl::Duration patience) {
    const absl::Time deadline = absl::Now() + patience;
    MutexLock lock(&mu_);
    closed_ = true;
    while (count_ > 0 && !none_.WaitUntil(&mu_, deadline)) {
    }
  }

 private:
  Mutex mu_;
  CondVar none_;
  int count_ ABSL_GUARDED_BY(mu_) = 0;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

Calls& calls() {
  static auto* calls = new Calls;
  return *calls;
}

// Enters Python by `f`. A thread that wants the GIL of an interpreter that has ended is unwound by
// it, through frames that would use Python; it stays here instead, until the process is gone.
template <typename F>
auto InPython(F f) {
  try {
    return f();
  } catch (abi::__forced_unwind&) {
    for (;;) pause();
  }
}

// REQUIRES: Calls::Begin was true.
class CallScope {
 public:
  CallScope() : state_(InPython([] { return PyGILState_Ensure(); })) {}
  ~CallScope() {
    PyGILState_Release(state_);
    calls().End();
  }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

 private:
  const PyGILState_STATE state_;
};

// The exception that is set, which is none of the function's own.
absl::Status TakeException() {
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  PyRef owned_type = PyRef::Steal(type), owned_value = PyRef::Steal(value);
  PyRef owned_traceback = PyRef::Steal(traceback);
  PyRef text = PyRef::Steal(value == nullptr ? nullptr : PyObject_Str(value));
  std::string message;
  if (!text || !ToString(text.get(), &message)) PyErr_Clear();
  const char* name = type == nullptr ? "error" : reinterpret_cast<PyTypeObject*>(type)->tp_name;
  return absl::InternalError(absl::StrCat(name, ": ", message));
}

// An array that the function may write to.
PyObject* OwnArray(Tensor tensor) {
  if (!tensor.can_write() && tensor.dtype() != DType::kString) {
    absl::StatusOr<Tensor> copy = tensor.Clone();
    if (!copy.ok()) return PyErr_NoMemory();
    tensor = *std::move(copy);
  }
  return ArrayFromTensor(std::move(tensor));
}

PyObject* OwnEagerTensor(Tensor tensor) {
  absl::StatusOr<Tensor> owned = tensor.Owned();
  if (!owned.ok()) return PyErr_NoMemory();
  return NewEagerTensor(MakeEager(*std::move(owned)));
}

PyObject* Arguments(PythonCall& call) {
  PyRef list = PyRef::Steal(PyList_New(static_cast<Py_ssize_t>(call.inputs.size())));
  if (!list) return nullptr;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    Tensor input = std::move(call.inputs[i]);
    PyObject* item = call.eager ? OwnEagerTensor(std::move(input)) : OwnArray(std::move(input));
    if (item == nullptr) return nullptr;
    PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), item);
  }
  return list.Release();
}

// False with an exception set.
bool ToTensors(const PythonCall& call, PyObject* results, std::vector<Tensor>* out) {
  if (!call.eager) {
    return ForEach(results, "expected a list of arrays", [out](PyObject* item) {
      out->emplace_back();
      return TensorFromPython(item, DType::kInvalid, Memory::kCopy, &out->back());
    });
  }
  std::vector<EagerTensor> tensors;
  if (!EagersOf(results, &tensors)) return false;
  for (EagerTensor& t : tensors) out->push_back(std::move(t.value));
  return true;
}

absl::Status Check(const PythonCall& call, const std::vector<Tensor>& results) {
  if (results.size() != call.output_types.size()) {
    return absl::InvalidArgumentError(absl::StrCat(call.token, " returns ", results.size(),
                                                   " values, but expects to see ",
                                                   call.output_types.size(), " values."));
  }
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i].dtype() == call.output_types[i]) continue;
    return absl::InvalidArgumentError(absl::StrCat(i, "-th value returned by ", call.token, " is ",
                                                   DTypeName(results[i].dtype()), ", but expects ",
                                                   DTypeName(call.output_types[i])));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Tensor>> CallPython(PythonCall call) {
  if (!calls().Begin()) return absl::CancelledError("Python is about to end");
  CallScope scope;
  ReleaseReturned();
  PyRef arguments = PyRef::Steal(Arguments(call));
  if (!arguments) return TakeException();
  PyRef answer = PyRef::Steal(InPython([&] {
    return PyObject_CallFunction(hooks().call_function, "sOO", call.token.c_str(), arguments.get(),
                                 call.keep_tape ? Py_True : Py_False);
  }));
  arguments = PyRef();
  if (!answer) return TakeException();
  // (0, results), or (code, text).
  int code;
  PyObject* payload;
  if (!PyArg_ParseTuple(answer.get(), "iO", &code, &payload)) return TakeException();
  if (code != 0) {
    std::string text;
    if (!ToString(payload, &text)) return TakeException();
    return absl::Status(static_cast<absl::StatusCode>(code), text);
  }
  std::vector<Tensor> results;
  if (!ToTensors(call, payload, &results)) return TakeException();
  MR_RETURN_IF_ERROR(Check(call, results));
  return results;
}

PyObject* EndPythonCalls(PyObject*, PyObject*) {
  GilReleased released;
  calls().Close(absl::Seconds(2));
  Py_RETURN_NONE;
}

}  // namespace millrace::python
