#include <snappy.h>

#include <map>
#include <random>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/crc32c.h"
#include "core/io/table_reader.h"
#include "core/io/table_writer.h"
#include "gtest/gtest.h"

namespace millrace {
namespace {

using Map = std::map<std::string, std::string>;

std::string Write(const Map& map, size_t block_bytes) {
  TableWriter writer(block_bytes);
  for (const auto& [key, value] : map) EXPECT_TRUE(writer.Add(key, value).ok());
  return writer.Finish();
}

Map Read(absl::string_view bytes) {
  absl::StatusOr<TableReader> reader = TableReader::Open(bytes);
  EXPECT_TRUE(reader.ok()) << reader.status();
  Map map;
  if (reader.ok()) map.insert(reader->entries().begin(), reader->entries().end());
  return map;
}

Map Sample(int n) {
  Map map;
  map[""] = "header";
  for (int i = 0; i < n; ++i) {
    map[absl::StrFormat("layer%04d/kernel", i)] = std::string(i % 50, static_cast<char>(i));
  }
  map[std::string("\0\xff", 2)] = "bytes";
  return map;
}

TEST(TableTest, WhatIsWrittenIsRead) {
  for (const int n : {0, 1, 15, 16, 17, 1000}) {
    for (const size_t block_bytes : {1, 200, 1 << 20}) {
      const Map map = Sample(n);
      EXPECT_EQ(Read(Write(map, block_bytes)), map);
    }
  }
  EXPECT_TRUE(Read(Write({}, 100)).empty());
}

TEST(TableTest, FindsByKey) {
  const Map map = Sample(100);
  absl::StatusOr<TableReader> reader = TableReader::Open(Write(map, 300));
  ASSERT_TRUE(reader.ok());
  for (const auto& [key, value] : map) {
    ASSERT_NE(reader->Find(key), nullptr);
    EXPECT_EQ(*reader->Find(key), value);
  }
  EXPECT_EQ(reader->Find("layer"), nullptr);
  EXPECT_EQ(reader->Find("zzz"), nullptr);
}

TEST(TableTest, KeysMustBeInOrder) {
  TableWriter writer;
  EXPECT_TRUE(writer.Add("b", "").ok());
  EXPECT_EQ(writer.Add("b", "").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(writer.Add("a", "").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(writer.Add("\xff", "").ok());
}

// The bytes of a table with one entry, put together by hand from the format's description.
TEST(TableTest, TheFormatIsLevelDbs) {
  const std::string data("\0\1\1kv\0\0\0\0\1\0\0\0", 13);
  const std::string empty("\0\0\0\0\1\0\0\0", 8);
  const std::string index("\0\1\2k\0\15\0\0\0\0\1\0\0\0", 14);
  auto with_trailer = [](std::string block) {
    block.push_back('\0');
    const uint32_t crc = crc32c::Mask(crc32c::Value(block));
    AppendFixed32(&block, crc);
    return block;
  };
  std::string footer("\22\10\37\16", 4);  // 18 + 8 bytes, 31 + 14 bytes
  footer.resize(40);
  footer += absl::HexStringToBytes("57fb808b247547db");
  EXPECT_EQ(Write({{"k", "v"}}, 100),
            with_trailer(data) + with_trailer(empty) + with_trailer(index) + footer);
}

TEST(TableTest, ReadsSnappyBlocks) {
  BlockBuilder data(16), index(1);
  const std::string value(5000, 'v');
  data.Add("key", value);
  std::string table, compressed;
  auto append = [&table](std::string block, char type) {
    const BlockHandle handle{table.size(), block.size()};
    block.push_back(type);
    table += block;
    AppendFixed32(&table, crc32c::Mask(crc32c::Value(block)));
    return handle;
  };
  const std::string plain = data.Finish();
  snappy::Compress(plain.data(), plain.size(), &compressed);
  std::string handle;
  append(compressed, kBlockSnappy).AppendTo(&handle);
  index.Add("key", handle);
  const BlockHandle meta = append(BlockBuilder(16).Finish(), kBlockPlain);
  const BlockHandle index_handle = append(index.Finish(), kBlockPlain);
  std::string footer;
  meta.AppendTo(&footer);
  index_handle.AppendTo(&footer);
  footer.resize(40);
  AppendFixed64(&footer, kTableMagic);
  EXPECT_EQ(Read(table + footer), (Map{{"key", value}}));
}

TEST(TableTest, EveryFlippedBitIsFound) {
  const Map map = Sample(20);
  const std::string good = Write(map, 200);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    const absl::StatusOr<TableReader> reader = TableReader::Open(bad);
    if (!reader.ok()) {
      EXPECT_EQ(reader.status().code(), absl::StatusCode::kDataLoss);
    } else {
      // Only what nobody reads may change: the metaindex block and the padding of the footer.
      EXPECT_EQ(Map(reader->entries().begin(), reader->entries().end()), map);
    }
  }
}

// Prefix sharing lets a few bytes stand for a long key; a table of such keys would fill the memory.
TEST(TableTest, AFewBytesCannotStandForGigabytes) {
  TableWriter writer;
  std::string key(1 << 20, 'k');
  for (int i = 0; i < 200; ++i) {
    key.push_back('k');
    ASSERT_TRUE(writer.Add(key, "").ok());
  }
  std::string table = writer.Finish();
  ASSERT_GT(table.size(), 13u << 20) << "restart points repeat the key";
  EXPECT_TRUE(TableReader::Open(table).ok());

  BlockBuilder data(1 << 30), index(1);
  for (int i = 0; i < 2000; ++i) {
    key.push_back('k');
    data.Add(key, "");
  }
  table = data.Finish();
  const BlockHandle handle{0, table.size()};
  std::string value;
  handle.AppendTo(&value);
  table.push_back(kBlockPlain);
  AppendFixed32(&table, crc32c::Mask(crc32c::Value(table)));
  index.Add(key, value);
  const std::string index_block = index.Finish();
  const BlockHandle index_handle{table.size(), index_block.size()};
  table += index_block;
  table.push_back(kBlockPlain);
  AppendFixed32(&table, crc32c::Mask(crc32c::Value(table.data() + index_handle.offset,
                                                   table.size() - index_handle.offset)));
  std::string footer;
  index_handle.AppendTo(&footer);
  index_handle.AppendTo(&footer);
  footer.resize(40);
  AppendFixed64(&footer, kTableMagic);
  EXPECT_EQ(TableReader::Open(table + footer).status().code(), absl::StatusCode::kDataLoss);
}

TEST(TableTest, AnyBytesAreSafe) {
  const std::string good = Write(Sample(20), 200);
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(TableReader::Open(good.substr(0, size)).status().code(), absl::StatusCode::kDataLoss);
  }
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    // Random bytes as a block, and behind a valid magic number.
    std::string bytes(random() % 200, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 4 == 0 ? random() : random() % 8);
    absl::StatusOr<BlockIterator> block = BlockIterator::Create(bytes);
    for (int n = 0; block.ok() && n < 1000; ++n) {
      absl::StatusOr<bool> more = block->Next();
      if (!more.ok() || !*more) break;
    }
    AppendFixed64(&bytes, kTableMagic);
    TableReader::Open(bytes).status().IgnoreError();
  }
}

}  // namespace
}  // namespace millrace
