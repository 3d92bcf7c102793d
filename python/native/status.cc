#include "python/native/status.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/thread_pool.h"

namespace millrace::python {
namespace {

// "train.py:12" out of "... (op: MatMul, defined at train.py:12) ..."; empty if there is none.
absl::string_view UserLine(absl::string_view message) {
  constexpr absl::string_view kMark = "defined at ";
  const size_t at = message.find(kMark);
  if (at == absl::string_view::npos) return {};
  absl::string_view line = message.substr(at + kMark.size());
  return line.substr(0, line.find(')'));
}

}  // namespace

std::nullptr_t Raise(const absl::Status& status) {
  std::string text(status.message());
  const absl::string_view line = UserLine(text);
  if (!line.empty() && !absl::StartsWith(text, line)) text = absl::StrCat(line, ": ", text);

  PyRef code = PyRef::Steal(PyLong_FromLong(static_cast<long>(status.code())));
  PyRef message = PyRef::Steal(FromString(text));
  if (!code || !message) return nullptr;
  PyObject* cls = hooks().error_classes == nullptr
                      ? nullptr
                      : PyDict_GetItemWithError(hooks().error_classes, code.get());
  if (cls == nullptr) {
    if (!PyErr_Occurred()) PyErr_SetObject(PyExc_RuntimeError, message.get());
    return nullptr;
  }
  PyRef error =
      PyRef::Steal(PyObject_CallFunctionObjArgs(cls, Py_None, Py_None, message.get(), nullptr));
  if (error) PyErr_SetObject(cls, error.get());
  return nullptr;
}

absl::Status CheckNotForked() {
  if (!ForkedAfterUse()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "this process was forked from one that had already run millrace, whose threads do not exist "
      "here: start it with "
      "the multiprocessing method 'spawn', or fork before the first session or immediate op");
}

}  // namespace millrace::python
