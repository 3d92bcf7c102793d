// Summary messages as Python tuples and back.
//
// A value is (tag, node name, metadata or None, (field, content)); metadata is (plug-in, its
// content, display name, description, data class). By field, the content is
//   simple_value  float
//   image         (height, width, colorspace, bytes)
//   histo         (min, max, num, sum, sum of squares, limits, counts)
//   audio         (sample rate, channels, frames, bytes, content type)
//   tensor        an array
//   obsolete_old_style_histogram  bytes
// and (None, None) where a value has none.
#ifndef MILLRACE_PYTHON_NATIVE_SUMMARY_MESSAGE_H_
#define MILLRACE_PYTHON_NATIVE_SUMMARY_MESSAGE_H_

#include "protos/summary.pb.h"
#include "python/native/py.h"

namespace millrace::python {

// The list of its values. DataLossError for a tensor that does not decode.
PyObject* FromSummary(const Summary& summary);
// parse_summary(bytes) -> values. DataLossError if the bytes are no Summary.
PyObject* ParseSummary(PyObject* module, PyObject* bytes);
// summary_bytes(values) -> bytes. TypeError or ValueError for what is not as above.
PyObject* SummaryBytes(PyObject* module, PyObject* values);
// summary_metadata_bytes(metadata) -> bytes
PyObject* SummaryMetadataBytes(PyObject* module, PyObject* metadata);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_SUMMARY_MESSAGE_H_
