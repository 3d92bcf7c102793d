// Attribute values of nodes to and from Python.
#ifndef MILLRACE_PYTHON_NATIVE_ATTR_CONVERT_H_
#define MILLRACE_PYTHON_NATIVE_ATTR_CONVERT_H_

#include "core/graph/attr.h"
#include "core/graph/op_schema.h"
#include "python/native/py.h"

namespace millrace::python {

// `value` as an attribute of `kind`. Functions are given by name, or as (name, {attribute:
// Attr-like}) without attributes. TypeError naming the attribute if it does not fit.
bool AttrFromPython(PyObject* value, AttrKind kind, absl::string_view name, Attr* out);
PyObject* PythonFromAttr(const Attr& attr);

// Adds to `attrs` what the dictionary holds; kinds come from the op's schema. None means "not
// given". Names that begin with an underscore may be on any op (str, bytes, bool, int, float or a
// list of str).
bool AttrsFromDict(const OpSchema& op, PyObject* dict, AttrMap* attrs);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_ATTR_CONVERT_H_
