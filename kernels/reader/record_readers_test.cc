// Expected keys and values are TensorFlow 2.21's.
#include "core/base/env.h"
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRecordReaders(Registry& r);
absl::Status RegisterReaderOps(Registry& r);
absl::Status RegisterQueueOps(Registry& r);
absl::Status RegisterQueueTransfer(Registry& r);

namespace {

using absl::StatusCode;
using Strings = std::vector<std::string>;

struct RecordReadersTest : OpTest {
  RecordReadersTest()
      : OpTest(
            {RegisterRecordReaders, RegisterReaderOps, RegisterQueueOps, RegisterQueueTransfer}) {
    folder_ = *DefaultEnv()->MakeTempDir("readers");
  }
  ~RecordReadersTest() override { DefaultEnv()->DeleteDirRecursively(folder_).IgnoreError(); }

  std::string File(absl::string_view name, absl::string_view contents) {
    const std::string path = JoinPath(folder_, name);
    EXPECT_TRUE(DefaultEnv()->WriteStringToFile(path, contents).ok());
    return path;
  }
  // A closed queue of these names.
  Tensor Names(Strings names) {
    const Tensor queue = Run1("FIFOQueueV2", {},
                              {{"component_types", std::vector<DType>{DType::kString}},
                               {"shapes", std::vector<PartialShape>{PartialShape::Scalar()}},
                               {"shared_name", absl::StrCat("queue", ++queues_)}});
    EXPECT_EQ(Code("QueueEnqueueManyV2", {queue, Tensor::Vector<std::string>(names)}),
              StatusCode::kOk);
    EXPECT_EQ(Code("QueueCloseV2", {queue}), StatusCode::kOk);
    return queue;
  }
  // "key=value" of all records, the folder left out of the keys, and how it ended.
  Strings ReadAll(const Tensor& reader, const Tensor& queue) {
    Strings all;
    for (;;) {
      const auto record = Run("ReaderReadV2", {reader, queue});
      if (!record.ok()) {
        all.push_back(absl::StatusCodeToString(record.status().code()));
        return all;
      }
      std::string key = (*record)[0].scalar<std::string>();
      if (key.rfind(folder_, 0) == 0) key = key.substr(folder_.size() + 1);
      all.push_back(absl::StrCat(key, "=", (*record)[1].scalar<std::string>()));
    }
  }
  int64_t Number(const char* op, const Tensor& reader) {
    return Run1(op, {reader}).scalar<int64_t>();
  }

  std::string folder_;
  int queues_ = 0;
};

TEST_F(RecordReadersTest, Lines) {
  const std::string a = File("a", "h1\nl2\r\nl\r3\n\nlast"), empty = File("empty", "");
  const Tensor reader = Run1("TextLineReaderV2", {}, {{"skip_header_lines", int64_t{1}}});
  EXPECT_EQ(ReadAll(reader, Names({a, empty, a})),
            (Strings{"a:2=l2", "a:3=l\r3", "a:4=", "a:5=last", "a:2=l2", "a:3=l\r3",
                     "a:4=", "a:5=last", "OUT_OF_RANGE"}));
  EXPECT_EQ(Number("ReaderNumRecordsProducedV2", reader), 8);
  EXPECT_EQ(Number("ReaderNumWorkUnitsCompletedV2", reader), 3);
  EXPECT_EQ(Code("ReaderSerializeStateV2", {reader}), StatusCode::kUnimplemented);
  EXPECT_EQ(Code("ReaderResetV2", {reader}), StatusCode::kOk);
  EXPECT_EQ(Number("ReaderNumRecordsProducedV2", reader), 0);
}

TEST_F(RecordReadersTest, SeveralRecordsOfOneFileAtATime) {
  const Tensor queue = Names({File("a", "1\n2\n3\n"), File("b", "4\n")});
  const Tensor reader = Run1("TextLineReaderV2", {});
  const auto read = [&](int64_t most) {
    const auto outputs = Run("ReaderReadUpToV2", {reader, queue, Tensor::Scalar<int64_t>(most)});
    return outputs.ok() ? (*outputs)[1] : Tensor();
  };
  EXPECT_TENSOR_EQ(read(2), Tensor::Vector<std::string>({"1", "2"}));
  EXPECT_TENSOR_EQ(read(2), Tensor::Vector<std::string>({"3"}));
  EXPECT_TENSOR_EQ(read(0), Tensor::Vector<std::string>({}));
  EXPECT_TENSOR_EQ(read(9), Tensor::Vector<std::string>({"4"}));
  EXPECT_FALSE(read(9).initialized());
}

TEST_F(RecordReadersTest, RecordsOfFixedLength) {
  const std::string file = File("f", "HHaabbccddF");
  const auto all = [&](int64_t record, int64_t hop) {
    const Tensor reader = Run1("FixedLengthRecordReaderV2", {},
                               {{"header_bytes", int64_t{2}},
                                {"record_bytes", record},
                                {"footer_bytes", int64_t{1}},
                                {"hop_bytes", hop},
                                {"shared_name", absl::StrCat(record, "_", hop)}});
    return ReadAll(reader, Names({file}));
  };
  EXPECT_EQ(all(2, 0), (Strings{"f:0=aa", "f:1=bb", "f:2=cc", "f:3=dd", "OUT_OF_RANGE"}));
  EXPECT_EQ(all(3, 0), (Strings{"f:0=aab", "f:1=bcc", "OUT_OF_RANGE"}));
  EXPECT_EQ(all(4, 2), (Strings{"f:0=aabb", "f:1=bbcc", "f:2=ccdd", "OUT_OF_RANGE"}));
  EXPECT_EQ(all(2, 3), (Strings{"f:0=aa", "f:1=bc", "f:2=dd", "OUT_OF_RANGE"}));
}

TEST_F(RecordReadersTest, WholeFilesAndNames) {
  const Tensor whole = Run1("WholeFileReaderV2", {});
  EXPECT_EQ(ReadAll(whole, Names({File("a", "x\ny"), File("b", "")})),
            (Strings{"a=x\ny", "b=", "OUT_OF_RANGE"}));
  const Tensor names = Run1("IdentityReaderV2", {});
  EXPECT_EQ(ReadAll(names, Names({"p", "q"})), (Strings{"p=p", "q=q", "OUT_OF_RANGE"}));
}

TEST_F(RecordReadersTest, GivesUpFilesThatAreMissing) {
  const Tensor reader = Run1("TFRecordReaderV2", {});
  const Tensor queue = Names({JoinPath(folder_, "missing")});
  EXPECT_EQ(ReadAll(reader, queue), (Strings{"NOT_FOUND"}));
  EXPECT_EQ(ReadAll(reader, queue), (Strings{"OUT_OF_RANGE"}));
}

TEST_F(RecordReadersTest, StateComesBack) {
  const Tensor reader = Run1("IdentityReaderV2", {});
  ReadAll(reader, Names({"p", "q"}));
  const Tensor state = Run1("ReaderSerializeStateV2", {reader});
  EXPECT_EQ(state.scalar<std::string>(), "\x08\x02\x10\x02\x18\x02");
  EXPECT_EQ(Code("ReaderResetV2", {reader}), StatusCode::kOk);
  EXPECT_EQ(Code("ReaderRestoreStateV2", {reader, state}), StatusCode::kOk);
  EXPECT_EQ(Number("ReaderNumRecordsProducedV2", reader), 2);
  EXPECT_EQ(Code("ReaderRestoreStateV2", {reader, Tensor::Scalar("\x08\x02\x10\x01")}),
            StatusCode::kInvalidArgument);
}

TEST_F(RecordReadersTest, Refuses) {
  const StatusCode bad = StatusCode::kInvalidArgument;
  EXPECT_EQ(Code("FixedLengthRecordReaderV2", {}, {{"record_bytes", int64_t{0}}}), bad);
  EXPECT_EQ(Code("FixedLengthRecordReaderV2", {},
                 {{"record_bytes", int64_t{2}}, {"hop_bytes", int64_t{-1}}}),
            bad);
  const Tensor numbers =
      Run1("FIFOQueueV2", {}, {{"component_types", std::vector<DType>{DType::kInt32}}});
  EXPECT_EQ(Code("QueueEnqueueV2", {numbers, Tensor::Scalar<int32_t>(1)}), StatusCode::kOk);
  EXPECT_EQ(Code("ReaderReadV2", {Run1("IdentityReaderV2", {}), numbers}), bad);
}

}  // namespace
}  // namespace millrace
