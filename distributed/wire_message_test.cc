#include "distributed/wire_message.h"

#include <gtest/gtest.h>

#include <random>

#include "core/base/random_id.h"
#include "protos/worker_service.pb.h"

namespace millrace {
namespace {

// What a connection does: the same bytes, cut into slices elsewhere.
grpc::ByteBuffer Resliced(const grpc::ByteBuffer& frame, size_t cut) {
  std::vector<grpc::Slice> slices, out;
  EXPECT_TRUE(frame.Dump(&slices).ok());
  std::string all;
  for (const auto& s : slices) all.append(reinterpret_cast<const char*>(s.begin()), s.size());
  for (size_t i = 0; i < all.size(); i += cut) out.emplace_back(all.substr(i, cut));
  return grpc::ByteBuffer(out.data(), out.size());
}

std::string Bytes(const grpc::ByteBuffer& frame) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(frame.Dump(&slices).ok());
  std::string all;
  for (const auto& s : slices) all.append(reinterpret_cast<const char*>(s.begin()), s.size());
  return all;
}

std::vector<grpc::ByteBuffer> Frames(WireMessage message, uint32_t id = 0) {
  auto writer = MessageWriter::Create(std::move(message), id);
  EXPECT_TRUE(writer.ok()) << writer.status();
  std::vector<grpc::ByteBuffer> frames;
  while (!writer->done()) {
    FrameBuilder frame;
    frame.Add(&*writer);
    frames.push_back(frame.Finish());
  }
  return frames;
}

Tensor Numbers(int64_t n) {
  Tensor t = *Tensor::Create(DType::kFloat, Shape{n});
  for (int64_t i = 0; i < n; ++i) t.mutable_data<float>()[i] = static_cast<float>(i);
  return t;
}

TEST(WireMessage, EveryKindOfTensorArrivesAsItWas) {
  ResourceHandle handle;
  handle.device = "/job:ps/replica:0/task:0/device:CPU:0";
  handle.name = "w";
  handle.incarnation = 77;
  const std::vector<Tensor> sent = {
      Tensor::Scalar(3.5f),
      Numbers(7),
      *Tensor::Create(DType::kInt64, Shape{0, 5}),
      Tensor::Vector<std::string>({"", std::string("a\0b", 3), std::string(100000, 'x')}),
      *Tensor::Create(DType::kString, Shape{0}),
      Tensor::Scalar(handle),
      Numbers(100000),
      Tensor::Of<bool>(Shape{1, 2}, {true, false}),
      Tensor::Scalar(std::string("last")),
  };
  for (const size_t cut : {size_t{1} << 30, size_t{4097}, size_t{1}}) {
    MessageReader reader;
    std::vector<WireMessage> got;
    for (const auto& frame : Frames({"the body", sent})) {
      ASSERT_TRUE(reader.Add(Resliced(frame, cut), &got).ok());
    }
    ASSERT_EQ(got.size(), 1);
    EXPECT_EQ(got[0].body, "the body");
    ASSERT_EQ(got[0].tensors.size(), sent.size());
    for (size_t i = 0; i < sent.size(); ++i) {
      if (sent[i].dtype() == DType::kResource) {
        EXPECT_EQ(got[0].tensors[i].scalar<ResourceHandle>().DebugString(), handle.DebugString());
        EXPECT_EQ(got[0].tensors[i].scalar<ResourceHandle>().incarnation, 77);
      } else {
        EXPECT_TRUE(got[0].tensors[i].BitwiseEquals(sent[i])) << i;
      }
    }
  }
}

TEST(WireMessage, AnEmptyMessageIsOneFrame) {
  const auto frames = Frames({});
  ASSERT_EQ(frames.size(), 1);
  MessageReader reader;
  std::vector<WireMessage> got;
  ASSERT_TRUE(reader.Add(frames[0], &got).ok());
  EXPECT_EQ(got.size(), 1);
}

TEST(WireMessage, ALargeTensorIsCutAndNotCopied) {
  const Tensor tensor = Numbers(3 << 20);  // 12 MiB
  const auto frames = Frames({"", {tensor}});
  EXPECT_EQ(frames.size(), 7);  // 6 chunks and what their heads displaced
  const char* begin = static_cast<const char*>(tensor.raw_data());
  size_t inside = 0;
  for (const auto& frame : frames) {
    EXPECT_LE(frame.Length(), MessageWriter::kFrameBytes);
    std::vector<grpc::Slice> slices;
    ASSERT_TRUE(frame.Dump(&slices).ok());
    for (const auto& s : slices) {
      const char* data = reinterpret_cast<const char*>(s.begin());
      if (data >= begin && data < begin + tensor.bytes()) inside += s.size();
    }
  }
  EXPECT_GE(inside, tensor.bytes() - 4096);  // what is left for the last frame is small
}

TEST(WireMessage, SlicesKeepTheTensorsMemory) {
  bool released = false;
  std::vector<float> memory(1 << 16, 1.0f);
  std::vector<grpc::ByteBuffer> frames;
  {
    Tensor lent = *Tensor::Borrow(DType::kFloat, Shape{1 << 16}, memory.data(), memory.size() * 4,
                                  [&] { released = true; });
    frames = Frames({"", {std::move(lent)}});
  }
  EXPECT_FALSE(released);
  frames.clear();
  EXPECT_TRUE(released);
}

TEST(WireMessage, SmallMessagesShareAFrameAndOvertakeLargeOnes) {
  MessageWriter large = *MessageWriter::Create({"large", {Numbers(1 << 20)}}, 1);
  std::vector<grpc::ByteBuffer> frames;
  for (uint32_t id = 2; !large.done(); id += 2) {
    FrameBuilder frame;
    for (uint32_t i = 0; i < 2; ++i) {
      MessageWriter small = *MessageWriter::Create({"small", {Tensor::Scalar(1.0f)}}, id + i);
      ASSERT_TRUE(frame.HasRoomFor(small));
      frame.Add(&small);
      EXPECT_TRUE(small.done());
    }
    frame.Add(&large);
    frames.push_back(frame.Finish());
  }
  MessageReader reader;
  std::vector<WireMessage> got;
  for (const auto& frame : frames) ASSERT_TRUE(reader.Add(frame, &got).ok());
  ASSERT_EQ(got.size(), 2 * frames.size() + 1);
  EXPECT_EQ(got[0].body, "small");
  EXPECT_EQ(got.back().body, "large");
  EXPECT_TRUE(got.back().tensors[0].BitwiseEquals(Numbers(1 << 20)));
}

TEST(WireMessage, RefusesTensorsThatCannotBeSent) {
  EXPECT_EQ(MessageWriter::Create({"", {Tensor()}}, 0).status().code(),
            absl::StatusCode::kInvalidArgument);
}

std::string Record(uint32_t id, const Envelope& envelope, absl::string_view payload) {
  const std::string head = envelope.SerializeAsString();
  const uint32_t size = static_cast<uint32_t>(head.size());
  const uint64_t length = payload.size();
  std::string record;
  record.append(reinterpret_cast<const char*>(&size), 4);
  record.append(reinterpret_cast<const char*>(&id), 4);
  record.append(reinterpret_cast<const char*>(&length), 8);
  return record + head + std::string(payload);
}

absl::Status Read(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  MessageReader reader;
  std::vector<WireMessage> got;
  return reader.Add(grpc::ByteBuffer(&slice, 1), &got);
}

TEST(WireMessage, RefusesEnvelopesThatLie) {
  const auto with = [](int dtype, std::vector<int64_t> dims, uint64_t bytes) {
    Envelope e;
    e.set_version(kWireVersion);
    auto* t = e.add_tensor();
    t->set_dtype(dtype);
    for (const int64_t d : dims) t->add_dim(d);
    t->set_num_bytes(bytes);
    return e;
  };
  const std::string eight(8, '\0');
  EXPECT_TRUE(Read(Record(0, with(1, {2}, 8), eight)).ok());
  EXPECT_FALSE(Read(Record(0, with(1, {2}, 4), eight)).ok());
  EXPECT_FALSE(Read(Record(0, with(1, {1}, 4), eight)).ok());
  EXPECT_FALSE(Read(Record(0, with(0, {2}, 8), eight)).ok());
  EXPECT_FALSE(Read(Record(0, with(101, {2}, 8), eight)).ok());
  EXPECT_FALSE(Read(Record(0, with(9999, {2}, 8), eight)).ok());
  EXPECT_FALSE(Read(Record(0, with(1, {-2}, 8), eight)).ok());
  EXPECT_FALSE(Read(Record(0, with(1, {int64_t{1} << 62, 1 << 30}, 8), eight)).ok());
  EXPECT_FALSE(Read(Record(0, with(1, {int64_t{1} << 61}, uint64_t{1} << 63), eight)).ok());
  EXPECT_FALSE(Read(Record(0, with(7, {int64_t{1} << 40}, 8), eight)).ok());
  EXPECT_FALSE(Read(Record(0, with(7, {1}, 8), std::string(8, '\xff'))).ok());
  EXPECT_FALSE(Read(Record(0, with(20, {}, 8), eight)).ok());
  Envelope other = with(1, {2}, 8);
  other.set_version(kWireVersion + 1);
  EXPECT_FALSE(Read(Record(0, other, eight)).ok());
}

TEST(WireMessage, RandomDamageIsRefusedOrHarmless) {
  std::string whole;
  for (const auto& frame :
       Frames({"body", {Numbers(40), Tensor::Scalar(std::string("text"))}}, 3)) {
    whole += Bytes(frame);
  }
  const uint64_t seed = RandomId();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20000; ++i) {
    std::string damaged = whole;
    for (int flips = 1 + i % 3; flips > 0; --flips) {
      damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
    }
    if (i % 4 == 0) damaged.resize(random() % damaged.size());
    Read(damaged).IgnoreError();
  }
}

}  // namespace
}  // namespace millrace
