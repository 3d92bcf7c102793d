#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/base/env.h"
#include "core/io/record_reader.h"
#include "core/io/record_writer.h"

namespace millrace {
namespace {

class RecordTest : public testing::Test {
 protected:
  RecordTest() : path_(JoinPath(*DefaultEnv()->MakeTempDir("record"), "file")) {}

  void Write(const std::vector<std::string>& records) {
    RecordWriter writer(*DefaultEnv()->NewWritableFile(path_));
    for (const auto& r : records) ASSERT_TRUE(writer.Append(r).ok());
    ASSERT_TRUE(writer.Close().ok());
  }
  // All records, and the status that ended the reading.
  absl::Status Read(std::vector<std::string>* records, int64_t buffer_bytes) {
    RecordReader reader(*DefaultEnv()->NewRandomAccessFile(path_), buffer_bytes);
    for (std::string r;;) {
      absl::Status s = reader.Read(&r);
      if (!s.ok()) return s;
      records->push_back(r);
    }
  }

  const std::string path_;
};

TEST_F(RecordTest, WhatIsWrittenIsReadWhateverTheBuffer) {
  const std::vector<std::string> records = {"", "a", std::string(5000, 'x'), "tail"};
  Write(records);
  for (int64_t buffer : {1, 17, 4096, 1 << 20}) {
    std::vector<std::string> got;
    EXPECT_EQ(Read(&got, buffer).code(), absl::StatusCode::kOutOfRange);
    EXPECT_EQ(got, records);
  }
}

TEST_F(RecordTest, OffsetsAreWhereRecordsBegin) {
  const std::vector<std::string> records = {"first", "", "second", std::string(3000, 'x')};
  Write(records);
  std::vector<int64_t> offsets = {0};  // a length and two checksums go with each record
  for (const auto& r : records) offsets.push_back(offsets.back() + 16 + int64_t(r.size()));
  for (int64_t buffer : {1, 17, 1 << 20}) {
    for (size_t first = 0; first < offsets.size(); ++first) {
      RecordReader reader(*DefaultEnv()->NewRandomAccessFile(path_), buffer, offsets[first]);
      std::string record;
      for (size_t i = first; i < records.size(); ++i) {
        EXPECT_EQ(reader.offset(), offsets[i]);
        ASSERT_TRUE(reader.Read(&record).ok()) << i;
        EXPECT_EQ(record, records[i]);
      }
      EXPECT_EQ(reader.Read(&record).code(), absl::StatusCode::kOutOfRange);
      EXPECT_EQ(reader.offset(), offsets.back());
    }
  }
}

TEST_F(RecordTest, AnOffsetWithinARecordIsDataLossAndOneBehindTheFileIsItsEnd) {
  Write({"first", "second"});
  std::string record;
  for (int64_t offset = 0; offset < 60; ++offset) {
    RecordReader reader(*DefaultEnv()->NewRandomAccessFile(path_), 4096, offset);
    const auto code = reader.Read(&record).code();
    if (offset == 0 || offset == 21) {
      EXPECT_EQ(code, absl::StatusCode::kOk) << offset;
    } else if (offset < 43) {
      EXPECT_EQ(code, absl::StatusCode::kDataLoss) << offset;
      EXPECT_EQ(reader.offset(), offset);
    } else {
      EXPECT_EQ(code, absl::StatusCode::kOutOfRange) << offset;
    }
  }
}

TEST_F(RecordTest, BytesAreThoseOfTheFormat) {
  Write({"abc"});
  // The masked checksums of the length 3 and of "abc", as TensorFlow's writer computes them.
  const std::string expected(
      "\x03\x00\x00\x00\x00\x00\x00\x00\xb0\x99\x49\x0e"
      "abc\x6e\x57\xf1\x21",
      19);
  EXPECT_EQ(*DefaultEnv()->ReadFileToString(path_), expected);
}

TEST_F(RecordTest, AFlippedByteIsDataLoss) {
  Write({"first", "second"});
  const std::string good = *DefaultEnv()->ReadFileToString(path_);
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] ^= 0x10;
    ASSERT_TRUE(DefaultEnv()->WriteStringToFile(path_, bad).ok());
    std::vector<std::string> got;
    EXPECT_EQ(Read(&got, 4096).code(), absl::StatusCode::kDataLoss) << i;
    EXPECT_EQ(got.size(), i < 21 ? 0 : 1) << i;
  }
}

TEST_F(RecordTest, ACutIsDataLossButAtTheEndOfARecord) {
  Write({"first", "second"});
  const std::string good = *DefaultEnv()->ReadFileToString(path_);
  for (size_t n = 0; n < good.size(); ++n) {
    ASSERT_TRUE(DefaultEnv()->WriteStringToFile(path_, good.substr(0, n)).ok());
    std::vector<std::string> got;
    const bool whole = n == 0 || n == 21;
    EXPECT_EQ(Read(&got, 4096).code(),
              whole ? absl::StatusCode::kOutOfRange : absl::StatusCode::kDataLoss)
        << n;
  }
}

}  // namespace
}  // namespace millrace
