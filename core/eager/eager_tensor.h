// EagerTensor: a value with an identity, which is what tapes go by.
#ifndef MILLRACE_CORE_EAGER_EAGER_TENSOR_H_
#define MILLRACE_CORE_EAGER_EAGER_TENSOR_H_

#include <cstdint>

#include "core/tensor/tensor.h"

namespace millrace {

// What a language's tensor object holds. Two tensors are the same to a tape if their ids are;
// copies keep the id.
struct EagerTensor {
  Tensor value;  // uninitialised: no tensor
  int64_t id = 0;

  bool valid() const { return value.initialized(); }
};

// Never 0, never given twice in a process. Any thread.
int64_t NewTensorId();

// `value` as a tensor of its own.
inline EagerTensor MakeEager(Tensor value) { return {std::move(value), NewTensorId()}; }

}  // namespace millrace

#endif  // MILLRACE_CORE_EAGER_EAGER_TENSOR_H_
