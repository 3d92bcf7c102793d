#include "distributed/worker_codec.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/device_name.h"
#include "core/graph/import.h"
#include "distributed/status_codec.h"
#include "protos/cluster.pb.h"
#include "protos/master_service.pb.h"
#include "protos/worker_service.pb.h"

namespace millrace {
namespace {

// The reply's body, if the call and what it asked for went well.
template <typename Reply>
absl::StatusOr<Reply> ParseReply(const absl::StatusOr<WireMessage>& message) {
  MR_RETURN_IF_ERROR(message.status());
  Reply reply;
  MR_RETURN_IF_ERROR(message->ParseBody(&reply));
  MR_RETURN_IF_ERROR(StatusFromProto(reply.status()));
  return reply;
}

absl::StatusOr<Tensor> BytesTensor(absl::string_view bytes) {
  MR_ASSIGN_OR_RETURN(Tensor tensor,
                      Tensor::Create(DType::kUInt8, Shape{static_cast<int64_t>(bytes.size())}));
  if (!bytes.empty()) std::memcpy(tensor.mutable_raw_data(), bytes.data(), bytes.size());
  return tensor;
}

}  // namespace

WireMessage EncodeStatus(const absl::Status& status) {
  EmptyReply reply;
  if (!status.ok()) StatusToProto(status, reply.mutable_status());
  return WireMessage::Of(reply);
}

absl::Status DecodeStatus(const absl::StatusOr<WireMessage>& reply) {
  return ParseReply<EmptyReply>(reply).status();
}

absl::StatusOr<WireMessage> EncodeRegisterGraph(const RegisterGraphRequest& request) {
  RegisterGraphRequestProto proto;
  proto.set_session(request.session);
  std::vector<Tensor> graphs;
  for (const Partition& partition : request.partitions) {
    proto.add_device(partition.device);
    MR_ASSIGN_OR_RETURN(const std::string bytes, ExportGraphDefBytes(*partition.graph, {}));
    MR_ASSIGN_OR_RETURN(Tensor tensor, BytesTensor(bytes));
    graphs.push_back(std::move(tensor));
  }
  for (const TaskId& peer : request.peers) {
    auto* out = proto.add_peer();
    out->set_task(peer.name);
    out->set_incarnation(peer.incarnation);
  }
  return WireMessage::Of(proto, std::move(graphs));
}

absl::StatusOr<RegisterGraphRequest> DecodeRegisterGraph(const WireMessage& message,
                                                         const Registry& registry) {
  RegisterGraphRequestProto proto;
  MR_RETURN_IF_ERROR(message.ParseBody(&proto));
  if (proto.device_size() != static_cast<int>(message.tensors.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat(proto.device_size(), " devices for ", message.tensors.size(), " partitions"));
  }
  RegisterGraphRequest request;
  request.session = proto.session();
  for (int i = 0; i < proto.device_size(); ++i) {
    const Tensor& bytes = message.tensors[i];
    if (bytes.dtype() != DType::kUInt8) {
      return absl::InvalidArgumentError("a partition that is not bytes");
    }
    Partition partition;
    partition.device = proto.device(i);
    partition.graph = std::make_unique<Graph>(&registry);
    MR_RETURN_IF_ERROR(
        ImportGraphDefBytes(
            absl::string_view(static_cast<const char*>(bytes.raw_data()), bytes.bytes()), {},
            partition.graph.get())
            .status());
    request.partitions.push_back(std::move(partition));
  }
  for (const PeerTask& peer : proto.peer()) {
    request.peers.push_back({peer.task(), peer.incarnation()});
  }
  return request;
}

WireMessage EncodeRegisterGraphReply(const absl::StatusOr<uint64_t>& reply) {
  RegisterGraphReply proto;
  if (reply.ok()) {
    proto.set_handle(*reply);
  } else {
    StatusToProto(reply.status(), proto.mutable_status());
  }
  return WireMessage::Of(proto);
}

absl::StatusOr<uint64_t> DecodeRegisterGraphReply(const absl::StatusOr<WireMessage>& message) {
  MR_ASSIGN_OR_RETURN(const auto reply, ParseReply<RegisterGraphReply>(message));
  return reply.handle();
}

WireMessage EncodeRunGraph(RunGraphRequest request) {
  RunGraphRequestProto proto;
  proto.set_session(request.session);
  proto.set_handle(request.handle);
  proto.set_step_id(request.step_id);
  proto.set_sequence(request.sequence);
  proto.set_acknowledged(request.acknowledged);
  if (request.timeout < absl::InfiniteDuration()) {
    proto.set_timeout_ns(std::max<int64_t>(1, absl::ToInt64Nanoseconds(request.timeout)));
  }
  proto.set_trace(request.trace);
  std::vector<Tensor> tensors;
  tensors.reserve(request.feeds.size());
  for (auto& [index, value] : request.feeds) {
    proto.add_feed_index(index);
    tensors.push_back(std::move(value));
  }
  return WireMessage::Of(proto, std::move(tensors));
}

absl::StatusOr<RunGraphRequest> DecodeRunGraph(WireMessage message) {
  RunGraphRequestProto proto;
  MR_RETURN_IF_ERROR(message.ParseBody(&proto));
  if (proto.feed_index_size() != static_cast<int>(message.tensors.size())) {
    return absl::InvalidArgumentError("feeds and their indices differ in number");
  }
  RunGraphRequest request;
  request.session = proto.session();
  request.handle = proto.handle();
  request.step_id = proto.step_id();
  request.sequence = proto.sequence();
  request.acknowledged = proto.acknowledged();
  if (proto.timeout_ns() > 0) request.timeout = absl::Nanoseconds(proto.timeout_ns());
  request.trace = proto.trace();
  for (int i = 0; i < proto.feed_index_size(); ++i) {
    request.feeds.emplace_back(proto.feed_index(i), std::move(message.tensors[i]));
  }
  return request;
}

WireMessage EncodeRunGraphReply(absl::StatusOr<RunGraphReply> reply) {
  RunGraphReplyProto proto;
  if (!reply.ok()) {
    StatusToProto(reply.status(), proto.mutable_status());
    return WireMessage::Of(proto);
  }
  std::vector<Tensor> tensors;
  tensors.reserve(reply->fetches.size());
  for (auto& [index, value] : reply->fetches) {
    proto.add_fetch_index(index);
    tensors.push_back(std::move(value));
  }
  for (const NodeStats& stats : reply->stats) {
    auto* out = proto.add_stats();
    out->set_node(stats.node);
    out->set_op(stats.op);
    out->set_device(stats.device);
    out->set_start_ns(stats.start_ns);
    out->set_end_ns(stats.end_ns);
    out->set_thread(stats.thread);
  }
  return WireMessage::Of(proto, std::move(tensors));
}

absl::StatusOr<RunGraphReply> DecodeRunGraphReply(absl::StatusOr<WireMessage> message) {
  MR_ASSIGN_OR_RETURN(const auto proto, ParseReply<RunGraphReplyProto>(message));
  if (proto.fetch_index_size() != static_cast<int>(message->tensors.size())) {
    return absl::InvalidArgumentError("fetches and their indices differ in number");
  }
  RunGraphReply reply;
  for (int i = 0; i < proto.fetch_index_size(); ++i) {
    reply.fetches.emplace_back(proto.fetch_index(i), std::move(message->tensors[i]));
  }
  for (const NodeStatsProto& stats : proto.stats()) {
    reply.stats.push_back({stats.node(), stats.op(), stats.device(), stats.start_ns(),
                           stats.end_ns(), stats.thread()});
  }
  return reply;
}

WireMessage EncodeTaskStatus(const absl::StatusOr<TaskStatus>& status) {
  GetStatusReply proto;
  if (!status.ok()) {
    StatusToProto(status.status(), proto.mutable_status());
    return WireMessage::Of(proto);
  }
  proto.set_task(status->task.name);
  proto.set_incarnation(status->task.incarnation);
  for (const DeviceInfo& device : status->devices) {
    auto* out = proto.add_device();
    out->set_name(device.full_name);
    out->set_incarnation(device.incarnation);
  }
  status->cluster.ToProto(proto.mutable_cluster());
  return WireMessage::Of(proto);
}

absl::StatusOr<TaskStatus> DecodeTaskStatus(const absl::StatusOr<WireMessage>& message) {
  MR_ASSIGN_OR_RETURN(const auto proto, ParseReply<GetStatusReply>(message));
  TaskStatus status;
  status.task = {proto.task(), proto.incarnation()};
  for (const DeviceProto& device : proto.device()) {
    DeviceInfo info;
    MR_ASSIGN_OR_RETURN(info.name, DeviceName::Parse(device.name()));
    info.full_name = device.name();
    info.incarnation = device.incarnation();
    status.devices.push_back(std::move(info));
  }
  MR_ASSIGN_OR_RETURN(status.cluster, ClusterSpec::FromProto(proto.cluster()));
  return status;
}

}  // namespace millrace
