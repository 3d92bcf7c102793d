// NumPy's .npy files: one array, little-endian (numpy.lib.format, versions 1 to 3).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/tensor/tensor.h"

namespace millrace {

// The array in `bytes`, in C order whatever the file's. A "|V2" array, which is how NumPy stores a
// dtype that it does not know, is bfloat16. INVALID_ARGUMENT for other bytes, another type
// (big-endian, objects, text), or data that is not of the size that the header says.
absl::StatusOr<Tensor> TensorFromNpy(absl::string_view bytes);

// The bytes of a .npy file of version 1. UNIMPLEMENTED for strings, resources and variants.
absl::StatusOr<std::string> TensorToNpy(const Tensor& tensor);

}  // namespace millrace
