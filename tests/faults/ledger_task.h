// The workload of the fault tests: asynchronous workers that each add 1 to their own cells of a
// ledger, a variable on the parameter server, one after the other. A cell that is 0 in the end is a
// lost update, one above 1 an update that was applied twice.
#ifndef MILLRACE_TESTS_FAULTS_LEDGER_TASK_H_
#define MILLRACE_TESTS_FAULTS_LEDGER_TASK_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/graph.h"
#include "core/graph/registry.h"
#include "core/runtime/session.h"

namespace millrace {

constexpr int kLedgerWorkers = 2;

// Nodes "init", "update" (feed "delta:0"), "read:0"; the ledger is int32 [workers, cells].
absl::Status RegisterLedgerOps(Registry& registry);
std::shared_ptr<Graph> LedgerGraph(const Registry* registry, int cells);

// The task that TF_CONFIG says, with MILLRACE_LEDGER_CELLS cells a worker. A parameter server runs
// until it is killed; a worker fills its row, from the first empty cell on, and ends with 0. It
// prints "ready" once, "ack N" for each cell, "lost CODE: message" when a step fails, after which
// it makes a new session and looks again where it stands.
int RunLedgerTask();

}  // namespace millrace

#endif  // MILLRACE_TESTS_FAULTS_LEDGER_TASK_H_
