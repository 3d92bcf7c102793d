#include "distributed/grpc_worker.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/logging.h"
#include "core/base/metrics.h"
#include "core/base/status.h"
#include "distributed/methods.h"
#include "distributed/status_codec.h"
#include "distributed/worker_codec.h"
#include "protos/master_service.pb.h"
#include "protos/worker_service.pb.h"

namespace millrace {
namespace {

// A heartbeat that takes longer is one that did not come.
constexpr absl::Duration kHeartbeatTimeout = absl::Seconds(10);

}  // namespace

GrpcWorker::GrpcWorker(const std::string& name, const std::string& address,
                       const Credentials& credentials)
    : calls_(std::make_shared<RpcClient>(NewChannel(address, credentials),
                                         absl::StrCat(name, " at ", address))),
      heartbeats_(std::make_shared<RpcClient>(NewChannel(address, credentials), calls_->peer())) {}

void GrpcWorker::GetStatus(absl::Duration patience, Done<TaskStatus> done) {
  RpcClient::Options options;
  options.timeout = patience;
  options.wait_for_ready = true;
  calls_->Call(methods::kGetStatus, WireMessage::Of(GetStatusRequest()), options,
               [done = std::move(done)](absl::StatusOr<WireMessage> reply) mutable {
                 done(DecodeTaskStatus(reply));
               });
}

void GrpcWorker::CallForStatus(const char* method, WireMessage request, StatusDone done) {
  calls_->Call(method, std::move(request), {},
               [done = std::move(done)](absl::StatusOr<WireMessage> reply) mutable {
                 done(DecodeStatus(reply));
               });
}

void GrpcWorker::OpenSession(const OpenSessionRequest& request, StatusDone done) {
  OpenSessionRequestProto proto;
  proto.set_session(request.session);
  proto.set_worker_incarnation(request.worker_incarnation);
  proto.set_client(request.client.name);
  proto.set_client_incarnation(request.client.incarnation);
  CallForStatus(methods::kOpenSession, WireMessage::Of(proto), std::move(done));
}

void GrpcWorker::CloseSession(uint64_t session, StatusDone done) {
  CloseSessionRequest proto;
  proto.set_session(session);
  CallForStatus(methods::kCloseSession, WireMessage::Of(proto), std::move(done));
}

void GrpcWorker::Heartbeat(uint64_t session, Done<HeartbeatReply> done) {
  HeartbeatRequest proto;
  proto.set_session(session);
  RpcClient::Options options;
  options.timeout = kHeartbeatTimeout;
  heartbeats_->Call(methods::kHeartbeat, WireMessage::Of(proto), options,
                    [done = std::move(done)](absl::StatusOr<WireMessage> message) mutable {
                      done([&]() -> absl::StatusOr<HeartbeatReply> {
                        MR_RETURN_IF_ERROR(message.status());
                        HeartbeatReplyProto reply;
                        MR_RETURN_IF_ERROR(message->ParseBody(&reply));
                        return HeartbeatReply{reply.incarnation(), reply.session_known()};
                      }());
                    });
}

void GrpcWorker::RegisterGraph(RegisterGraphRequest request, Done<uint64_t> done) {
  auto message = EncodeRegisterGraph(request);
  if (!message.ok()) {
    done(message.status());
    return;
  }
  calls_->Call(methods::kRegisterGraph, *std::move(message), {},
               [done = std::move(done)](absl::StatusOr<WireMessage> reply) mutable {
                 done(DecodeRegisterGraphReply(reply));
               });
}

void GrpcWorker::DeregisterGraph(uint64_t session, uint64_t handle, StatusDone done) {
  DeregisterGraphRequest proto;
  proto.set_session(session);
  proto.set_handle(handle);
  CallForStatus(methods::kDeregisterGraph, WireMessage::Of(proto), std::move(done));
}

void GrpcWorker::RunGraph(RunGraphRequest request, Done<RunGraphReply> done) {
  const bool repeatable = request.sequence > 0;
  WireMessage message = EncodeRunGraph(std::move(request));
  WireMessage again;
  if (repeatable) again = message;  // shares the tensors
  calls_->Call(methods::kRunGraph, std::move(message), {},
               [calls = calls_, repeatable, again = std::move(again),
                done = std::move(done)](absl::StatusOr<WireMessage> reply) mutable {
                 if (!repeatable || reply.status().code() != absl::StatusCode::kUnavailable) {
                   done(DecodeRunGraphReply(std::move(reply)));
                   return;
                 }
                 MR_LOG(WARNING) << "asking again for a reply: " << reply.status();
                 Metrics::Default()->counter("millrace_run_graph_repeats_total")->Increment();
                 RpcClient::Options options;
                 options.wait_for_ready = true;  // Until Close, when the task is found dead.
                 calls->Call(methods::kRunGraph, std::move(again), options,
                             [done = std::move(done)](absl::StatusOr<WireMessage> second) mutable {
                               done(DecodeRunGraphReply(std::move(second)));
                             });
               });
}

void GrpcWorker::AbortStep(uint64_t step_id, const absl::Status& reason, StatusDone done) {
  AbortStepRequest proto;
  proto.set_step_id(step_id);
  StatusToProto(reason, proto.mutable_reason());
  CallForStatus(methods::kAbortStep, WireMessage::Of(proto), std::move(done));
}

void GrpcWorker::Reset(const std::vector<std::string>& containers, StatusDone done) {
  ResetRequest proto;
  for (const std::string& container : containers) proto.add_container(container);
  CallForStatus(methods::kReset, WireMessage::Of(proto), std::move(done));
}

void GrpcWorker::Shutdown(const std::string& reason, StatusDone done) {
  ShutdownRequest proto;
  proto.set_reason(reason);
  CallForStatus(methods::kShutdown, WireMessage::Of(proto), std::move(done));
}

void GrpcWorker::Close(const absl::Status& status) {
  calls_->Close(status);
  heartbeats_->Close(status);
}

}  // namespace millrace
