// Ops that make one element of each string.
#ifndef MILLRACE_KERNELS_STRINGS_STRING_MAP_H_
#define MILLRACE_KERNELS_STRINGS_STRING_MAP_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "core/base/status.h"
#include "core/runtime/kernel.h"

namespace millrace {

// Output 0, of input 0's shape, with f(string, &out) for each string; the first error ends it.
template <typename T>
absl::Status MapStrings(KernelContext& c,
                        absl::FunctionRef<absl::Status(const std::string&, T*)> f) {
  const Tensor& in = c.input(0);
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, in.shape(), &out));
  const std::string* from = in.data<std::string>();
  T* to = out->mutable_data<T>();
  for (int64_t i = 0; i < in.num_elements(); ++i) MR_RETURN_IF_ERROR(f(from[i], &to[i]));
  return absl::OkStatus();
}

// The number of UTF-8 characters: bytes that do not continue one.
inline int64_t CountUtf8(const std::string& s) {
  int64_t count = 0;
  for (const char c : s) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

}  // namespace millrace

#endif  // MILLRACE_KERNELS_STRINGS_STRING_MAP_H_
