// absl::Status to and from StatusProto and gRPC.
#ifndef MILLRACE_DISTRIBUTED_STATUS_CODEC_H_
#define MILLRACE_DISTRIBUTED_STATUS_CODEC_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace millrace {

class StatusProto;  // protos/worker_service.proto

void StatusToProto(const absl::Status& status, StatusProto* proto);
// UNKNOWN for a code that is not canonical.
absl::Status StatusFromProto(const StatusProto& proto);

absl::Status StatusFromGrpc(const grpc::Status& status);
grpc::Status StatusToGrpc(const absl::Status& status);

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_STATUS_CODEC_H_
