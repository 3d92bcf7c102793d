// How messages with tensors become gRPC byte buffers, and back.
//
// A message is an Envelope (protos/worker_service.proto) and the payload of its tensors, one after
// the other. It travels as one or more records:
//
//   envelope size (u32) | message id (u32) | payload size (u64) | envelope | payload
//
// all little-endian. The first record of a message has an envelope, further ones none; all have the
// message's id, so that records of several messages may alternate on a stream. A frame is a gRPC
// message: one or more whole records. So a small message is one frame, several small ones may share
// one, and a large one is many of about kFrameBytes, without limit on its size.
//
// The payload of a tensor of plain elements is its memory: frames hold slices of it, and a
// reference to it until gRPC has sent them. A string tensor is the sizes (u64 each), then the
// strings. One of resource handles or variants is a serialised TensorProto.
#ifndef MILLRACE_DISTRIBUTED_WIRE_MESSAGE_H_
#define MILLRACE_DISTRIBUTED_WIRE_MESSAGE_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace google::protobuf {
class MessageLite;
}

namespace millrace {

// Tasks of other versions do not understand each other and say so.
inline constexpr uint32_t kWireVersion = 1;

struct WireMessage {
  std::string body = {};             // a serialised proto
  std::vector<Tensor> tensors = {};  // on the host

  static WireMessage Of(const google::protobuf::MessageLite& body,
                        std::vector<Tensor> tensors = {});
  // INVALID_ARGUMENT if the body is not a `proto`.
  absl::Status ParseBody(google::protobuf::MessageLite* proto) const;
};

// Takes one message apart. Not thread-safe.
class MessageWriter {
 public:
  static constexpr size_t kFrameBytes = size_t{2} << 20;

  // INVALID_ARGUMENT for an uninitialised tensor, UNIMPLEMENTED for a variant that cannot leave the
  // process. `id` is any number that no other unfinished message of the stream has.
  static absl::StatusOr<MessageWriter> Create(WireMessage message, uint32_t id);
  MessageWriter(MessageWriter&&) = default;
  MessageWriter& operator=(MessageWriter&&) = default;

  // Bytes still to be written.
  size_t remaining() const { return envelope_.size() + payload_left_; }
  bool done() const { return begun_ && payload_left_ == 0; }

 private:
  friend class FrameBuilder;
  struct Piece {
    Tensor tensor;                         // of plain elements, or
    std::shared_ptr<std::string> encoded;  // other
    size_t offset = 0;                     // of what is still to be written
    const char* data() const;
    size_t size() const;
  };
  MessageWriter() = default;

  uint32_t id_ = 0;
  bool begun_ = false;
  std::string envelope_;
  std::deque<Piece> pieces_;
  size_t payload_left_ = 0;
};

// Puts records into one frame. Not thread-safe.
class FrameBuilder {
 public:
  // Writes the next record of `message`, as much of it as the frame has room for. REQUIRES:
  // !message->done(), !full().
  void Add(MessageWriter* message);
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ >= MessageWriter::kFrameBytes; }
  bool HasRoomFor(const MessageWriter& message) const;
  grpc::ByteBuffer Finish();

 private:
  void AddPayload(MessageWriter* message, size_t bytes);
  void FlushCopied();

  std::vector<grpc::Slice> slices_;
  std::string copied_;  // small parts, to become one slice
  size_t size_ = 0;
};

// Puts messages together from the frames of one stream. Not thread-safe.
class MessageReader {
 public:
  MessageReader();
  ~MessageReader();

  // Appends the messages that this frame completes, in the order of their ends. INVALID_ARGUMENT
  // for a malformed frame, RESOURCE_EXHAUSTED where there is no memory for a tensor; the stream
  // cannot go on then.
  absl::Status Add(const grpc::ByteBuffer& frame, std::vector<WireMessage>* messages);

 private:
  class Assembly;
  class Cursor;
  absl::Status ReadRecord(Cursor* cursor, std::vector<WireMessage>* messages);

  absl::flat_hash_map<uint32_t, std::unique_ptr<Assembly>> unfinished_;
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_WIRE_MESSAGE_H_
