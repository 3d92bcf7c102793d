// WorkerService: puts a LocalWorker on the wire.
#ifndef MILLRACE_DISTRIBUTED_WORKER_SERVICE_H_
#define MILLRACE_DISTRIBUTED_WORKER_SERVICE_H_

#include "core/graph/registry.h"
#include "distributed/local_worker.h"
#include "distributed/rpc_service.h"

namespace millrace {

// Adds the methods of the worker and master services to `*service`. Converts, calls, converts back;
// graphs are made on the wait pool, steps run on the compute pool. What is pointed to must outlive
// the service.
void AddWorkerMethods(LocalWorker* worker, const Registry* registry, RpcService* service);

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_WORKER_SERVICE_H_
