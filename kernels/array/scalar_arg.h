// An input that must be a scalar, where other ops take any tensor of one element (int_args.h).
#ifndef MILLRACE_KERNELS_ARRAY_SCALAR_ARG_H_
#define MILLRACE_KERNELS_ARRAY_SCALAR_ARG_H_

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "kernels/array/int_args.h"

namespace millrace {

// The element of an integer scalar. INVALID_ARGUMENT, naming `what`, for another rank or dtype.
inline absl::StatusOr<int64_t> IntScalarArg(const Tensor& t, absl::string_view what) {
  if (t.rank() == 0) return IntArg(t, what);
  return absl::InvalidArgumentError(
      absl::StrCat(what, " must be a scalar, got shape ", t.shape().ToString()));
}

}  // namespace millrace

#endif  // MILLRACE_KERNELS_ARRAY_SCALAR_ARG_H_
