// WorkerInterface's requests and replies to and from messages on the wire.
#ifndef MILLRACE_DISTRIBUTED_WORKER_CODEC_H_
#define MILLRACE_DISTRIBUTED_WORKER_CODEC_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/registry.h"
#include "distributed/wire_message.h"
#include "distributed/worker_interface.h"

namespace millrace {

// A reply without content.
WireMessage EncodeStatus(const absl::Status& status);
absl::Status DecodeStatus(const absl::StatusOr<WireMessage>& reply);

// What of a graph cannot be exported: Export's error.
absl::StatusOr<WireMessage> EncodeRegisterGraph(const RegisterGraphRequest& request);
// INVALID_ARGUMENT for what is malformed; the import's errors.
absl::StatusOr<RegisterGraphRequest> DecodeRegisterGraph(const WireMessage& message,
                                                         const Registry& registry);
WireMessage EncodeRegisterGraphReply(const absl::StatusOr<uint64_t>& reply);
absl::StatusOr<uint64_t> DecodeRegisterGraphReply(const absl::StatusOr<WireMessage>& message);

WireMessage EncodeRunGraph(RunGraphRequest request);
absl::StatusOr<RunGraphRequest> DecodeRunGraph(WireMessage message);
WireMessage EncodeRunGraphReply(absl::StatusOr<RunGraphReply> reply);
absl::StatusOr<RunGraphReply> DecodeRunGraphReply(absl::StatusOr<WireMessage> message);

WireMessage EncodeTaskStatus(const absl::StatusOr<TaskStatus>& status);
absl::StatusOr<TaskStatus> DecodeTaskStatus(const absl::StatusOr<WireMessage>& message);

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_WORKER_CODEC_H_
