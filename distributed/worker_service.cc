#include "distributed/worker_service.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "distributed/methods.h"
#include "distributed/status_codec.h"
#include "distributed/worker_codec.h"
#include "protos/master_service.pb.h"
#include "protos/worker_service.pb.h"

namespace millrace {
namespace {

using Reply = RpcService::Reply;

// A method that takes a `Request` and replies with a status only.
template <typename Request, typename Call>
RpcService::Handler StatusMethod(Call call) {
  return [call](WireMessage message, Reply reply) {
    Request request;
    if (absl::Status status = message.ParseBody(&request); !status.ok()) {
      reply(EncodeStatus(status));
      return;
    }
    call(request,
         [reply = std::move(reply)](absl::Status status) mutable { reply(EncodeStatus(status)); });
  };
}

using StatusDone = WorkerInterface::StatusDone;

void AddSessionMethods(LocalWorker* worker, RpcService* service) {
  // It may wait for steps that a dead client left.
  service->AddMethod(methods::kOpenSession, [worker](WireMessage message, Reply reply) {
    OpenSessionRequestProto proto;
    if (absl::Status status = message.ParseBody(&proto); !status.ok()) {
      reply(EncodeStatus(status));
      return;
    }
    WaitPool()->Schedule([worker, proto, reply = std::move(reply)]() mutable {
      OpenSessionRequest request;
      request.session = proto.session();
      request.worker_incarnation = proto.worker_incarnation();
      request.client = {proto.client(), proto.client_incarnation()};
      worker->OpenSession(request, [&reply](absl::Status status) { reply(EncodeStatus(status)); });
    });
  });
  service->AddMethod(
      methods::kCloseSession,
      StatusMethod<CloseSessionRequest>([worker](const CloseSessionRequest& r, StatusDone done) {
        worker->CloseSession(r.session(), std::move(done));
      }));
  service->AddMethod(methods::kHeartbeat, [worker](WireMessage message, Reply reply) {
    HeartbeatRequest request;
    message.ParseBody(&request).IgnoreError();  // Then session 0, which nobody has.
    worker->Heartbeat(request.session(), [&reply](absl::StatusOr<HeartbeatReply> beat) {
      HeartbeatReplyProto proto;
      if (beat.ok()) {
        proto.set_incarnation(beat->incarnation);
        proto.set_session_known(beat->session_known);
      }
      reply(WireMessage::Of(proto));
    });
  });
}

void AddGraphMethods(LocalWorker* worker, const Registry* registry, RpcService* service) {
  service->AddMethod(methods::kRegisterGraph, [=](WireMessage message, Reply reply) {
    WaitPool()->Schedule([=, message = std::move(message), reply = std::move(reply)]() mutable {
      auto request = DecodeRegisterGraph(message, *registry);
      if (!request.ok()) {
        reply(EncodeRegisterGraphReply(request.status()));
        return;
      }
      worker->RegisterGraph(*std::move(request), [&reply](absl::StatusOr<uint64_t> handle) {
        reply(EncodeRegisterGraphReply(handle));
      });
    });
  });
  service->AddMethod(methods::kDeregisterGraph,
                     StatusMethod<DeregisterGraphRequest>(
                         [worker](const DeregisterGraphRequest& r, StatusDone done) {
                           worker->DeregisterGraph(r.session(), r.handle(), std::move(done));
                         }));
  service->AddMethod(methods::kRunGraph, [worker](WireMessage message, Reply reply) {
    auto request = DecodeRunGraph(std::move(message));
    if (!request.ok()) {
      reply(EncodeRunGraphReply(request.status()));
      return;
    }
    ComputePool()->Schedule([worker, request = *std::move(request),
                             reply = std::move(reply)]() mutable {
      worker->RunGraph(std::move(request),
                       [reply = std::move(reply)](absl::StatusOr<RunGraphReply> result) mutable {
                         reply(EncodeRunGraphReply(std::move(result)));
                       });
    });
  });
  service->AddMethod(
      methods::kAbortStep,
      StatusMethod<AbortStepRequest>([worker](const AbortStepRequest& r, StatusDone done) {
        absl::Status reason = StatusFromProto(r.reason());
        if (reason.ok()) reason = absl::CancelledError("the step was aborted");
        worker->AbortStep(r.step_id(), reason, std::move(done));
      }));
}

void AddMasterMethods(LocalWorker* worker, RpcService* service) {
  service->AddMethod(methods::kGetStatus, [worker](WireMessage, Reply reply) {
    worker->GetStatus(absl::ZeroDuration(), [&reply](absl::StatusOr<TaskStatus> status) {
      reply(EncodeTaskStatus(status));
    });
  });
  service->AddMethod(methods::kReset,
                     StatusMethod<ResetRequest>([worker](const ResetRequest& r, StatusDone done) {
                       worker->Reset({r.container().begin(), r.container().end()}, std::move(done));
                     }));
  service->AddMethod(methods::kShutdown, StatusMethod<ShutdownRequest>(
                                             [worker](const ShutdownRequest& r, StatusDone done) {
                                               worker->Shutdown(r.reason(), std::move(done));
                                             }));
}

// Tensors that another task sends.
class TensorSink final : public RpcService::StreamSink {
 public:
  explicit TensorSink(LocalWorker* worker) : worker_(worker) {}

  absl::Status OnMessage(WireMessage message) override {
    return sender_.empty() ? Greet(message) : Take(std::move(message));
  }

  void OnEnd(const absl::Status& status) override {
    if (sender_.empty() || status.ok()) return;
    worker_->PeerLost(sender_, Annotate(status, absl::StrCat("tensors from ", sender_)));
  }

 private:
  absl::Status Greet(const WireMessage& message) {
    LinkHello hello;
    MR_RETURN_IF_ERROR(message.ParseBody(&hello));
    if (hello.sender_task().empty()) return absl::InvalidArgumentError("a sender without a name");
    if (hello.receiver_incarnation() != worker_->task().incarnation) {
      return absl::AbortedError(absl::StrCat(worker_->task().name, " was restarted"));
    }
    sender_ = hello.sender_task();
    return absl::OkStatus();
  }

  absl::Status Take(WireMessage message) {
    TensorHeader header;
    MR_RETURN_IF_ERROR(message.ParseBody(&header));
    if (message.tensors.size() > 1 || (message.tensors.empty() && !header.is_dead())) {
      return absl::InvalidArgumentError("not one tensor");
    }
    const RendezvousKey key{header.sender_incarnation(), header.edge(), header.frame(),
                            header.iteration()};
    Received value;
    value.is_dead = header.is_dead();
    if (!message.tensors.empty()) value.tensor = std::move(message.tensors[0]);
    worker_->Deliver(header.step_id(), key, std::move(value));
    return absl::OkStatus();
  }

  LocalWorker* const worker_;
  std::string sender_;
};

}  // namespace

void AddWorkerMethods(LocalWorker* worker, const Registry* registry, RpcService* service) {
  AddSessionMethods(worker, service);
  AddGraphMethods(worker, registry, service);
  AddMasterMethods(worker, service);
  service->AddStream(methods::kSendTensors,
                     [worker] { return std::make_unique<TensorSink>(worker); });
}

}  // namespace millrace
