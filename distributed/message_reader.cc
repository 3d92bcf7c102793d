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

// Of a body and what describes its tensors; tensors themselves are not in it.
constexpr uint32_t kMaxEnvelopeBytes = uint32_t{64} << 20;
constexpr size_t kMaxUnfinished = 1 << 16;

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("malformed message: ", what));
}

absl::StatusOr<Tensor> DecodeStrings(const Shape& shape, absl::string_view encoded) {
  int64_t table_bytes;
  if (!CheckedMul(shape.num_elements(), sizeof(uint64_t), &table_bytes) ||
      static_cast<uint64_t>(table_bytes) > encoded.size()) {
    return Malformed("fewer string sizes than strings");
  }
  MR_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Create(DType::kString, shape));
  absl::string_view sizes = encoded.substr(0, table_bytes);
  absl::string_view rest = encoded.substr(table_bytes);
  for (std::string& s : tensor.mutable_flat<std::string>()) {
    uint64_t size;
    std::memcpy(&size, sizes.data(), sizeof(size));
    sizes.remove_prefix(sizeof(size));
    if (size > rest.size()) return Malformed("a string longer than the payload");
    s.assign(rest.data(), size);
    rest.remove_prefix(size);
  }
  if (!rest.empty()) return Malformed("bytes behind the last string");
  return tensor;
}

absl::StatusOr<Tensor> DecodeProto(DType dtype, const Shape& shape, const std::string& encoded) {
  TensorProto proto;
  if (!proto.ParseFromString(encoded)) return Malformed("not a TensorProto");
  MR_ASSIGN_OR_RETURN(Tensor tensor, TensorFromProto(proto));
  if (tensor.dtype() != dtype || tensor.shape() != shape) {
    return Malformed("a tensor of another type or shape than announced");
  }
  return tensor;
}

}  // namespace

// Reads a frame's slices as one sequence of bytes.
class MessageReader::Cursor {
 public:
  absl::Status Open(const grpc::ByteBuffer& frame) {
    if (!frame.Valid() || !frame.Dump(&slices_).ok()) return Malformed("no bytes");
    left_ = frame.Length();
    return absl::OkStatus();
  }
  size_t left() const { return left_; }
  // REQUIRES: bytes <= left().
  void Read(void* to, size_t bytes) {
    left_ -= bytes;
    char* out = static_cast<char*>(to);
    while (bytes > 0) {
      const grpc::Slice& slice = slices_[index_];
      const size_t n = std::min(bytes, slice.size() - offset_);
      std::memcpy(out, slice.begin() + offset_, n);
      out += n;
      bytes -= n;
      offset_ += n;
      if (offset_ == slice.size()) {
        ++index_;
        offset_ = 0;
      }
    }
  }

 private:
  std::vector<grpc::Slice> slices_;
  size_t index_ = 0, offset_ = 0, left_ = 0;
};

// A message whose payload is arriving.
class MessageReader::Assembly {
 public:
  absl::Status Begin(const std::string& bytes) {
    Envelope envelope;
    if (!envelope.ParseFromString(bytes)) return Malformed("not an Envelope");
    if (envelope.version() != kWireVersion) {
      return Malformed(absl::StrCat("protocol version ", envelope.version(), ", not ", kWireVersion,
                                    "; all tasks must run the same version of Millrace"));
    }
    message_.body = std::move(*envelope.mutable_body());
    for (const TensorMeta& meta : envelope.tensor()) MR_RETURN_IF_ERROR(AddTensor(meta));
    return SkipFull();
  }

  bool done() const { return next_ == parts_.size(); }

  // Takes up to `bytes` of payload.
  absl::Status Read(Cursor* cursor, uint64_t bytes) {
    while (bytes > 0) {
      if (done()) return Malformed("more payload than announced");
      Part& part = parts_[next_];
      const uint64_t n = std::min(bytes, part.size - part.received);
      if (part.plain) {
        char* to = static_cast<char*>(part.tensor.mutable_raw_data());
        cursor->Read(to + part.received, n);
      } else {
        // Grows with what has really come, whatever was announced.
        part.encoded.resize(part.received + n);
        cursor->Read(&part.encoded[part.received], n);
      }
      part.received += n;
      bytes -= n;
      MR_RETURN_IF_ERROR(SkipFull());
    }
    return absl::OkStatus();
  }

  WireMessage Take() {
    for (Part& part : parts_) message_.tensors.push_back(std::move(part.tensor));
    return std::move(message_);
  }

 private:
  struct Part {
    Tensor tensor;
    DType dtype;
    Shape shape;
    bool plain = false;
    std::string encoded;
    uint64_t size = 0, received = 0;
  };

  absl::Status AddTensor(const TensorMeta& meta) {
    if (!IsValidDType(meta.dtype())) return Malformed(absl::StrCat("dtype ", meta.dtype()));
    Part part;
    part.dtype = static_cast<DType>(meta.dtype());
    if (part.dtype == DType::kInvalid || IsRef(part.dtype)) {
      return Malformed(absl::StrCat("dtype ", meta.dtype()));
    }
    MR_ASSIGN_OR_RETURN(part.shape, Shape::Create(meta.dim()));
    part.size = meta.num_bytes();
    part.plain = IsTriviallyCopyable(part.dtype);
    if (part.plain) {
      int64_t expected;
      if (!CheckedMul(part.shape.num_elements(), DTypeSize(part.dtype), &expected) ||
          static_cast<uint64_t>(expected) != part.size) {
        return Malformed(
            absl::StrCat(part.size, " bytes for ", DTypeName(part.dtype), part.shape.ToString()));
      }
      MR_ASSIGN_OR_RETURN(part.tensor, Tensor::Create(part.dtype, part.shape));
    }
    parts_.push_back(std::move(part));
    return absl::OkStatus();
  }

  // Decodes and leaves behind the parts that are complete.
  absl::Status SkipFull() {
    for (; !done() && parts_[next_].received == parts_[next_].size; ++next_) {
      Part& part = parts_[next_];
      if (part.plain) continue;
      auto decoded = part.dtype == DType::kString
                         ? DecodeStrings(part.shape, part.encoded)
                         : DecodeProto(part.dtype, part.shape, part.encoded);
      MR_RETURN_IF_ERROR(decoded.status());
      part.tensor = *std::move(decoded);
      part.encoded = std::string();
    }
    return absl::OkStatus();
  }

  WireMessage message_;
  std::vector<Part> parts_;
  size_t next_ = 0;
};

MessageReader::MessageReader() = default;
MessageReader::~MessageReader() = default;

absl::Status MessageReader::Add(const grpc::ByteBuffer& frame, std::vector<WireMessage>* messages) {
  Cursor cursor;
  MR_RETURN_IF_ERROR(cursor.Open(frame));
  do {
    MR_RETURN_IF_ERROR(ReadRecord(&cursor, messages));
  } while (cursor.left() > 0);
  return absl::OkStatus();
}

absl::Status MessageReader::ReadRecord(Cursor* cursor, std::vector<WireMessage>* messages) {
  struct {
    uint32_t envelope_bytes, id;
    uint64_t payload_bytes;
  } prefix;
  static_assert(sizeof(prefix) == 16);
  if (cursor->left() < sizeof(prefix)) return Malformed("a cut record");
  cursor->Read(&prefix, sizeof(prefix));
  if (prefix.envelope_bytes > kMaxEnvelopeBytes || prefix.envelope_bytes > cursor->left() ||
      prefix.payload_bytes > cursor->left() - prefix.envelope_bytes) {
    return Malformed("a record longer than its frame");
  }
  auto found = unfinished_.find(prefix.id);
  if (prefix.envelope_bytes > 0) {
    if (found != unfinished_.end()) return Malformed("a second message with the same id");
    if (unfinished_.size() >= kMaxUnfinished) return Malformed("too many messages at once");
    std::string envelope(prefix.envelope_bytes, '\0');
    cursor->Read(&envelope[0], envelope.size());
    found = unfinished_.emplace(prefix.id, std::make_unique<Assembly>()).first;
    MR_RETURN_IF_ERROR(found->second->Begin(envelope));
  } else if (found == unfinished_.end()) {
    return Malformed("a continuation of no message");
  }
  MR_RETURN_IF_ERROR(found->second->Read(cursor, prefix.payload_bytes));
  if (found->second->done()) {
    messages->push_back(found->second->Take());
    unfinished_.erase(found);
  }
  return absl::OkStatus();
}

}  // namespace millrace
