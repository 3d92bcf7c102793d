// The Unicode ops. Expected values are TensorFlow 2.21's.
#include "gtest/gtest.h"
#include "kernels/strings/register_strings.h"
#include "kernels/testing/op_test.h"

namespace millrace {
namespace {

using absl::StatusCode;

struct UnicodeTest : OpTest {
  UnicodeTest() : OpTest({RegisterStringsKernels}) {}

  void ExpectDecoded(absl::string_view encoding, std::string bytes, std::vector<int32_t> codes,
                     std::vector<int64_t> starts) {
    EXPECT_OUTPUTS_NEAR(Run("UnicodeDecodeWithOffsets", {Tensor::Vector<std::string>({bytes})},
                            {{"input_encoding", encoding}}),
                        {Tensor::Vector<int64_t>({0, static_cast<int64_t>(codes.size())}),
                         Tensor::Vector<int32_t>(codes), Tensor::Vector<int64_t>(starts)});
  }
};

Tensor Text(const char* data, size_t n) { return Tensor::Scalar<std::string>({data, n}); }

TEST_F(UnicodeTest, DecodesUtf8AndTakesMalformedPiecesAsIcuDoes) {
  ExpectDecoded("UTF-8", "\xe2\x82\xac", {8364}, {0});
  ExpectDecoded("utf8", "\xf0\x90(\xbc", {65533, 40, 65533}, {0, 2, 3});
  ExpectDecoded("UTF-8", "\xed\xa0\x80", {65533, 65533, 65533}, {0, 1, 2});
  ExpectDecoded("UTF-8", "\xf0\x90\x8c", {65533}, {0});
  ExpectDecoded("UTF-8", "", {}, {});
}

TEST_F(UnicodeTest, DecodesOtherEncodings) {
  ExpectDecoded("UTF-16-BE", std::string("\xd8\x00\xdc\x00", 4), {0x10000}, {0});
  ExpectDecoded("UTF-16-BE",
                std::string("\xdc\x00\x00"
                            "a",
                            4),
                {65533, 97}, {0, 2});
  ExpectDecoded("UTF-16",
                std::string("\xfe\xff\x00"
                            "a",
                            4),
                {97}, {0});
  ExpectDecoded("UTF-32-BE",
                std::string("\x00\x00\x00"
                            "aa",
                            5),
                {97, 65533}, {0, 4});
  ExpectDecoded("latin1", "\x81\xff", {129, 255}, {0, 1});
  ExpectDecoded("windows-1252", "\x80\x93", {8364, 8220}, {0, 1});
  ExpectDecoded("US-ASCII", "\x81z", {65533, 122}, {0, 1});
}

TEST_F(UnicodeTest, DecodesRows) {
  EXPECT_OUTPUTS_NEAR(Run("UnicodeDecode", {Tensor::Of<std::string>({1, 2}, {"ab", "c"})},
                          {{"input_encoding", "UTF-8"}, {"Tsplits", DType::kInt32}}),
                      {Tensor::Vector<int32_t>({0, 2, 3}), Tensor::Vector<int32_t>({97, 98, 99})});
}

TEST_F(UnicodeTest, Transcodes) {
  const Tensor in = Text("a\x01\xff", 3);
  const AttrMap to8 = {{"input_encoding", "UTF-8"}, {"output_encoding", "UTF-8"}};
  EXPECT_TENSOR_EQ(Run1("UnicodeTranscode", {in}, to8), Text("a\x01\xef\xbf\xbd", 5));
  AttrMap ignore = to8;
  ignore.Set("errors", "ignore");
  EXPECT_TENSOR_EQ(Run1("UnicodeTranscode", {in}, ignore), Text("a\x01", 2));
  ignore.Set("replace_control_characters", true);
  EXPECT_TENSOR_EQ(Run1("UnicodeTranscode", {in}, ignore), Text("a", 1));
  AttrMap strict = to8;
  strict.Set("errors", "strict");
  EXPECT_EQ(Code("UnicodeTranscode", {in}, strict), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("UnicodeTranscode", {Text("\xf0\x9f\x98\x80", 4)},
                        {{"input_encoding", "UTF-8"}, {"output_encoding", "UTF-16-BE"}}),
                   Text("\xd8=\xde\x00", 4));
}

TEST_F(UnicodeTest, Encodes) {
  const Tensor codes = Tensor::Vector<int32_t>({0x110000, 65, 0xd800, 0x20ac});
  const Tensor splits = Tensor::Vector<int64_t>({0, 1, 4});
  EXPECT_TENSOR_EQ(Run1("UnicodeEncode", {codes, splits},
                        {{"output_encoding", "UTF-8"}, {"replacement_char", 63}}),
                   Tensor::Vector<std::string>({"?", "A?\xe2\x82\xac"}));
  EXPECT_TENSOR_EQ(Run1("UnicodeEncode", {codes, splits},
                        {{"output_encoding", "UTF-16-BE"}, {"errors", "ignore"}}),
                   Tensor::Vector<std::string>({"", std::string("\0A\x20\xac", 4)}));
  EXPECT_EQ(
      Code("UnicodeEncode", {codes, splits}, {{"output_encoding", "UTF-8"}, {"errors", "strict"}}),
      StatusCode::kInvalidArgument);
  for (const auto& bad : {Tensor::Vector<int64_t>({0, 3}), Tensor::Vector<int64_t>({1, 4}),
                          Tensor::Vector<int64_t>({0, 3, 1, 4}), Tensor::Vector<int64_t>({})}) {
    EXPECT_EQ(Code("UnicodeEncode", {codes, bad}, {{"output_encoding", "UTF-8"}}),
              StatusCode::kInvalidArgument);
  }
}

TEST_F(UnicodeTest, NamesScripts) {
  EXPECT_TENSOR_EQ(
      Run1("UnicodeScript", {Tensor::Vector<int32_t>({-1, 0x110000, 65, 0xd800, 0x4e00, 0})}),
      Tensor::Vector<int32_t>({-1, -1, 25, 103, 17, 0}));
}

TEST_F(UnicodeTest, RefusesEncodings) {
  const Tensor in = Text("a", 1);
  EXPECT_EQ(Code("UnicodeDecode", {in}, {{"input_encoding", "bogus"}}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("UnicodeDecode", {in}, {{"input_encoding", "Shift_JIS"}}),
            StatusCode::kUnimplemented);
  EXPECT_EQ(Code("UnicodeDecode", {in}, {{"input_encoding", "UTF-8"}, {"replacement_char", -1}}),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
