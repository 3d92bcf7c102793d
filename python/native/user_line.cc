#include "python/native/user_line.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace millrace::python {
namespace {

std::string* package_folder = nullptr;

}  // namespace

PyObject* SetPackageFolder(PyObject*, PyObject* path) {
  std::string folder;
  if (!ToString(path, &folder)) return nullptr;
  delete package_folder;
  package_folder = new std::string(folder + "/");
  Py_RETURN_NONE;
}

bool IsPackageFile(PyObject* file) {
  if (package_folder == nullptr) return false;
  Py_ssize_t size = 0;
  const char* path = PyUnicode_AsUTF8AndSize(file, &size);
  if (path == nullptr) {
    PyErr_Clear();
    return false;
  }
  return absl::StartsWith(absl::string_view(path, size), *package_folder);
}

std::string UserLine() {
  PyRef frame = PyRef::Share(reinterpret_cast<PyObject*>(PyEval_GetFrame()));
  while (frame) {
    auto* f = reinterpret_cast<PyFrameObject*>(frame.get());
    PyRef code = PyRef::Steal(reinterpret_cast<PyObject*>(PyFrame_GetCode(f)));
    PyObject* file = reinterpret_cast<PyCodeObject*>(code.get())->co_filename;
    if (!IsPackageFile(file)) {
      const char* path = PyUnicode_AsUTF8(file);
      if (path != nullptr) return absl::StrCat(path, ":", PyFrame_GetLineNumber(f));
      PyErr_Clear();
      return {};
    }
    frame = PyRef::Steal(reinterpret_cast<PyObject*>(PyFrame_GetBack(f)));
  }
  return {};
}

PyObject* UserLineFunction(PyObject*, PyObject*) { return FromString(UserLine()); }

}  // namespace millrace::python
