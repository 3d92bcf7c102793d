#include <google/protobuf/message_lite.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/checked_math.h"
#include "core/base/status.h"
#include "core/tensor/tensor_codec.h"
#include "distributed/wire_message.h"
#include "protos/tensor.pb.h"
#include "protos/worker_service.pb.h"

namespace millrace {
namespace {

constexpr size_t kPrefixBytes = 16;
// Less than this is cheaper to copy than to wrap.
constexpr size_t kCopyBytes = 4096;

template <typename T>
void AppendNumber(T value, std::string* out) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out->append(bytes, sizeof(T));
}

std::string EncodeStrings(const Tensor& tensor) {
  std::string encoded;
  size_t size = 0;
  for (const std::string& s : tensor.flat<std::string>()) size += sizeof(uint64_t) + s.size();
  encoded.reserve(size);
  for (const std::string& s : tensor.flat<std::string>()) {
    AppendNumber<uint64_t>(s.size(), &encoded);
  }
  for (const std::string& s : tensor.flat<std::string>()) encoded += s;
  return encoded;
}

// gRPC's slice over memory of `owner`, which it keeps until it has sent it.
template <typename Owner>
grpc::Slice Wrap(const char* data, size_t size, Owner owner) {
  return grpc::Slice(
      const_cast<char*>(data), size, [](void* kept) { delete static_cast<Owner*>(kept); },
      new Owner(std::move(owner)));
}

}  // namespace

WireMessage WireMessage::Of(const google::protobuf::MessageLite& body,
                            std::vector<Tensor> tensors) {
  return {body.SerializeAsString(), std::move(tensors)};
}

absl::Status WireMessage::ParseBody(google::protobuf::MessageLite* proto) const {
  if (proto->ParseFromString(body)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("not a ", proto->GetTypeName()));
}

const char* MessageWriter::Piece::data() const {
  return (encoded ? encoded->data() : static_cast<const char*>(tensor.raw_data())) + offset;
}

size_t MessageWriter::Piece::size() const {
  return (encoded ? encoded->size() : tensor.bytes()) - offset;
}

absl::StatusOr<MessageWriter> MessageWriter::Create(WireMessage message, uint32_t id) {
  MessageWriter writer;
  writer.id_ = id;
  Envelope envelope;
  envelope.set_version(kWireVersion);
  envelope.set_body(std::move(message.body));
  for (Tensor& tensor : message.tensors) {
    if (!tensor.initialized()) {
      return absl::InvalidArgumentError("an uninitialised tensor cannot be sent");
    }
    auto* meta = envelope.add_tensor();
    meta->set_dtype(static_cast<int>(tensor.dtype()));
    for (const int64_t dim : tensor.shape().dims()) meta->add_dim(dim);
    Piece piece;
    if (IsTriviallyCopyable(tensor.dtype())) {
      piece.tensor = std::move(tensor);
    } else if (tensor.dtype() == DType::kString) {
      piece.encoded = std::make_shared<std::string>(EncodeStrings(tensor));
    } else {
      TensorProto proto;
      MR_RETURN_IF_ERROR(TensorToProto(tensor, &proto));
      piece.encoded = std::make_shared<std::string>(proto.SerializeAsString());
    }
    meta->set_num_bytes(piece.size());
    writer.payload_left_ += piece.size();
    if (piece.size() > 0) writer.pieces_.push_back(std::move(piece));
  }
  writer.envelope_ = envelope.SerializeAsString();
  return writer;
}

bool FrameBuilder::HasRoomFor(const MessageWriter& message) const {
  return size_ + kPrefixBytes + message.remaining() <= MessageWriter::kFrameBytes;
}

void FrameBuilder::Add(MessageWriter* message) {
  const size_t envelope_bytes = message->envelope_.size();
  const size_t used = size_ + kPrefixBytes + envelope_bytes;
  const size_t room = used < MessageWriter::kFrameBytes ? MessageWriter::kFrameBytes - used : 0;
  const size_t payload = std::min(room, message->payload_left_);
  AppendNumber<uint32_t>(static_cast<uint32_t>(envelope_bytes), &copied_);
  AppendNumber<uint32_t>(message->id_, &copied_);
  AppendNumber<uint64_t>(payload, &copied_);
  copied_ += message->envelope_;
  size_ = used;
  message->envelope_.clear();
  message->begun_ = true;
  AddPayload(message, payload);
}

void FrameBuilder::AddPayload(MessageWriter* message, size_t bytes) {
  size_ += bytes;
  message->payload_left_ -= bytes;
  while (bytes > 0) {
    MessageWriter::Piece& piece = message->pieces_.front();
    const size_t n = std::min(bytes, piece.size());
    if (n < kCopyBytes) {
      copied_.append(piece.data(), n);
    } else {
      FlushCopied();
      slices_.push_back(piece.encoded ? Wrap(piece.data(), n, piece.encoded)
                                      : Wrap(piece.data(), n, piece.tensor));
    }
    piece.offset += n;
    bytes -= n;
    if (piece.size() == 0) message->pieces_.pop_front();
  }
}

void FrameBuilder::FlushCopied() {
  if (copied_.empty()) return;
  slices_.emplace_back(copied_);
  copied_.clear();
}

grpc::ByteBuffer FrameBuilder::Finish() {
  FlushCopied();
  grpc::ByteBuffer frame(slices_.data(), slices_.size());
  slices_.clear();
  size_ = 0;
  return frame;
}

}  // namespace millrace
