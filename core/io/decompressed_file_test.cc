#include "core/io/decompressed_file.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "core/base/env.h"

namespace millrace {
namespace {

std::string Deflate(const std::string& data, bool gzip) {
  z_stream z = {};
  EXPECT_EQ(
      deflateInit2(&z, 6, Z_DEFLATED, gzip ? 16 + MAX_WBITS : MAX_WBITS, 8, Z_DEFAULT_STRATEGY),
      Z_OK);
  std::string out(deflateBound(&z, data.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  z.avail_in = static_cast<uInt>(data.size());
  z.next_out = reinterpret_cast<Bytef*>(&out[0]);
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

struct DecompressedFileTest : testing::Test {
  DecompressedFileTest() {
    uint32_t state = 1;
    for (int i = 0; i < 700000; ++i) {
      state = state * 1664525 + 1013904223;
      data_.push_back(static_cast<char>('a' + (state >> 28)));
    }
  }
  std::unique_ptr<RandomAccessFile> Open(const std::string& bytes, const char* type) {
    EXPECT_TRUE(DefaultEnv()->WriteStringToFile(path_, bytes).ok());
    return *OpenDecompressed(path_, type);
  }
  static std::string Read(const RandomAccessFile& file, int64_t offset, int64_t n) {
    std::string out(static_cast<size_t>(n), '\0');
    out.resize(static_cast<size_t>(*file.Read(offset, n, &out[0])));
    return out;
  }

  const std::string path_ = JoinPath(*DefaultEnv()->MakeTempDir("inflate"), "file");
  std::string data_;
};

TEST_F(DecompressedFileTest, ReadsAnywhere) {
  for (const bool gzip : {false, true}) {
    const auto file = Open(Deflate(data_, gzip), gzip ? "GZIP" : "ZLIB");
    EXPECT_EQ(Read(*file, 0, 10), data_.substr(0, 10));
    EXPECT_EQ(Read(*file, 10, 300000), data_.substr(10, 300000));
    EXPECT_EQ(Read(*file, 600000, 200000), data_.substr(600000));
    EXPECT_EQ(Read(*file, 5, 20), data_.substr(5, 20));
    EXPECT_EQ(*file->Size(), 700000);
    EXPECT_EQ(Read(*file, 25, 20), data_.substr(25, 20));
    EXPECT_EQ(Read(*file, 700000, 20), "");
    EXPECT_EQ(Read(*file, 900000, 20), "");
  }
}

TEST_F(DecompressedFileTest, ReadsOneGzipMemberAfterAnother) {
  const auto file = Open(Deflate("abc", true) + Deflate(data_, true) + Deflate("z", true), "GZIP");
  EXPECT_EQ(Read(*file, 0, 1000000), "abc" + data_ + "z");
}

TEST_F(DecompressedFileTest, IgnoresWhatFollowsAZlibStream) {
  EXPECT_EQ(Read(*Open(Deflate("abc", false) + "junk", "ZLIB"), 0, 100), "abc");
}

TEST_F(DecompressedFileTest, EndsWhereItWasCutOff) {
  const std::string whole = Deflate(data_, true);
  const std::string got = Read(*Open(whole.substr(0, whole.size() / 2), "GZIP"), 0, 1000000);
  EXPECT_GT(got.size(), 100000u);
  EXPECT_EQ(got, data_.substr(0, got.size()));
  EXPECT_EQ(Read(*Open("", "GZIP"), 0, 10), "");
}

TEST_F(DecompressedFileTest, RefusesOtherBytes) {
  char scratch[10];
  EXPECT_EQ(Open("these are no such bytes", "GZIP")->Read(0, 10, scratch).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(Open("these are no such bytes", "ZLIB")->Size().status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(CheckCompressionType("LZ4").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Read(*Open("plain", ""), 1, 10), "lain");
}

}  // namespace
}  // namespace millrace
