// Ops with which the tests here see what runs, when, and how often.
#ifndef MILLRACE_DISTRIBUTED_TESTING_TEST_OPS_H_
#define MILLRACE_DISTRIBUTED_TESTING_TEST_OPS_H_

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "core/graph/registry.h"

namespace millrace {

// TestInput() -> x: float: always fed; has no kernel.
// TestSquare(x: float) -> y: x * x, elementwise.
// TestCount() -> n: int64: how often it has run in this process; stateful.
// TestHang(): ends with the step's cancellation.
// TestFail(): INVALID_ARGUMENT "it failed".
// Beside them `_Arg`, `_Retval`, `_Send`, `_Recv`, `NoOp` and their kin.
absl::Status RegisterTestOps(Registry& registry);

// How many TestHang wait just now.
std::atomic<int>& HangingOps();

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_TESTING_TEST_OPS_H_
