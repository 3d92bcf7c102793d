#include "core/io/compressed_file.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/env.h"
#include "core/io/decompressed_file.h"

namespace millrace {
namespace {

struct CompressedFileTest : testing::Test {
  std::string Read(const char* type) const {
    const auto file = *OpenDecompressed(path, type);
    std::string out(2000000, '\0');
    const auto n = file->Read(0, static_cast<int64_t>(out.size()), &out[0]);
    EXPECT_TRUE(n.ok()) << n.status();
    out.resize(static_cast<size_t>(*n));
    return out;
  }

  const std::string path = JoinPath(*DefaultEnv()->MakeTempDir("deflate"), "file");
};

TEST_F(CompressedFileTest, WhatIsWrittenIsRead) {
  std::string data;  // with much that repeats, and more than any buffer holds
  for (uint32_t i = 0, state = 1; i < 600000; ++i) {
    state = state * 1664525 + 1013904223;
    data.push_back(static_cast<char>('a' + (state >> 28)));
  }
  for (const char* type : {"", "ZLIB", "GZIP"}) {
    auto file = NewCompressedFile(path, type);
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE((*file)->Append(data).ok());
    ASSERT_TRUE((*file)->Append("").ok());
    ASSERT_TRUE((*file)->Append("the end").ok());
    ASSERT_TRUE((*file)->Close().ok());
    EXPECT_EQ(Read(type), data + "the end") << type;
    EXPECT_EQ(*DefaultEnv()->GetFileSize(path) < 400000, *type != 0);
    EXPECT_EQ((*file)->Append("more").code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ((*file)->Close().code(), absl::StatusCode::kFailedPrecondition);
  }
}

TEST_F(CompressedFileTest, WhatWasFlushedIsThereBeforeTheEnd) {
  for (const char* type : {"ZLIB", "GZIP"}) {
    const auto file = *NewCompressedFile(path, type);
    for (const char* part : {"a", "b", "c"}) {
      ASSERT_TRUE(file->Append(part).ok());
      ASSERT_TRUE(file->Flush().ok());
      ASSERT_TRUE(file->Flush().ok());
    }
    EXPECT_EQ(Read(type), "abc") << type;
  }
}

TEST_F(CompressedFileTest, TheDestructorCloses) {
  ASSERT_TRUE((*NewCompressedFile(path, "GZIP"))->Append("abc").ok());
  EXPECT_EQ(Read("GZIP"), "abc");
}

TEST_F(CompressedFileTest, OtherTypesAreRefused) {
  EXPECT_EQ(NewCompressedFile(path, "SNAPPY").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
