// A few ops with kernels for float tensors of any shape, for tests of immediate execution.
#ifndef MILLRACE_CORE_EAGER_EAGER_TEST_OPS_H_
#define MILLRACE_CORE_EAGER_EAGER_TEST_OPS_H_

#include "core/graph/registry.h"

namespace millrace {

// Const, AddV2, Mul, Neg, AddN, OnesLike, ZerosLike (elementwise, equal shapes); Later (Identity by
// an async kernel that another thread finishes); Fail; Count (a stateful kernel that counts its
// calls); Opaque (no gradient); Placeholder, _Arg and _Retval; variables; PartitionedCall with its
// gradient.
const Registry& EagerTestOps();

}  // namespace millrace

#endif  // MILLRACE_CORE_EAGER_EAGER_TEST_OPS_H_
