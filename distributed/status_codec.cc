#include "distributed/status_codec.h"

#include <string>

#include "absl/strings/cord.h"
#include "protos/worker_service.pb.h"

namespace millrace {
namespace {

absl::Status MakeStatus(int code, const std::string& message) {
  const bool canonical = code >= 0 && code <= static_cast<int>(absl::StatusCode::kUnauthenticated);
  return absl::Status(canonical ? static_cast<absl::StatusCode>(code) : absl::StatusCode::kUnknown,
                      message);
}

}  // namespace

void StatusToProto(const absl::Status& status, StatusProto* proto) {
  proto->set_code(static_cast<int>(status.code()));
  proto->set_message(std::string(status.message()));
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    (*proto->mutable_payload())[std::string(type)] = std::string(payload);
  });
}

absl::Status StatusFromProto(const StatusProto& proto) {
  absl::Status status = MakeStatus(proto.code(), proto.message());
  if (status.ok()) return status;
  for (const auto& [type, payload] : proto.payload()) {
    status.SetPayload(type, absl::Cord(payload));
  }
  return status;
}

absl::Status StatusFromGrpc(const grpc::Status& status) {
  return MakeStatus(status.error_code(), status.error_message());
}

grpc::Status StatusToGrpc(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()));
}

}  // namespace millrace
