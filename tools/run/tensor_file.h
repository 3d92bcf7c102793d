// Tensors in files: .npy, and .json for strings.
#ifndef MILLRACE_TOOLS_RUN_TENSOR_FILE_H_
#define MILLRACE_TOOLS_RUN_TENSOR_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Reads by the name's ending: .npy, or .json of the form {"shape": [2], "data": ["aGk=", ""]} with
// the strings of a string tensor in base64, row by row. INVALID_ARGUMENT, naming the file, for
// anything else.
absl::StatusOr<Tensor> ReadTensorFile(const std::string& path);
// The inverse; a string tensor goes to a .json file, any other to .npy, and `path` must end so.
absl::Status WriteTensorFile(const std::string& path, const Tensor& tensor);

}  // namespace millrace

#endif  // MILLRACE_TOOLS_RUN_TENSOR_FILE_H_
