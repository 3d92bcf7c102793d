// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"
#include "protos/example.pb.h"

namespace millrace {

absl::Status RegisterDecodeJsonExample(Registry& r);

namespace {

struct DecodeJsonExampleTest : OpTest {
  DecodeJsonExampleTest() : OpTest({RegisterDecodeJsonExample}) {}

  std::string Decode(const std::string& json) {
    return Run1("DecodeJSONExample", {Tensor::Scalar<std::string>(json)}).scalar<std::string>();
  }
};

TEST_F(DecodeJsonExampleTest, Bytes) {
  EXPECT_EQ(Decode("{}"), "");
  EXPECT_EQ(Decode(" { } "), "");
  EXPECT_EQ(Decode(R"({"features": null})"), "");
  EXPECT_EQ(Decode(R"({"features": {}})"), std::string("\n\0", 2));
  EXPECT_EQ(Decode(R"({"features": {"feature": {"c": {"bytesList": {"value": ["-_8"]}}}}})"),
            "\n\r\n\x0b\n\x01"
            "c\x12\x06\n\x04\n\x02\xfb\xff");
}

TEST_F(DecodeJsonExampleTest, EveryKindOfList) {
  Example example;
  ASSERT_TRUE(example.ParseFromString(Decode(R"({"features": {"feature": {
      "a": {"int64List": {"value": ["1", "2", -3]}},
      "b": {"floatList": {"value": [1.5, "NaN", 2]}},
      "c": {"bytesList": {"value": ["aGk=", "AAE="]}}}}})")));
  const auto& feature = example.features().feature();
  ASSERT_EQ(feature.size(), 3u);
  const auto& ints = feature.at("a").int64_list().value();
  EXPECT_EQ(std::vector<int64_t>(ints.begin(), ints.end()), (std::vector<int64_t>{1, 2, -3}));
  const auto& floats = feature.at("b").float_list().value();
  ASSERT_EQ(floats.size(), 3);
  EXPECT_EQ(floats[0], 1.5f);
  EXPECT_NE(floats[1], floats[1]);
  EXPECT_EQ(floats[2], 2);
  const auto& bytes = feature.at("c").bytes_list().value();
  ASSERT_EQ(bytes.size(), 2);
  EXPECT_EQ(bytes[0], "hi");
  EXPECT_EQ(bytes[1], std::string("\0\1", 2));
}

TEST_F(DecodeJsonExampleTest, KeepsTheShape) {
  EXPECT_TENSOR_EQ(
      Run1("DecodeJSONExample", {Tensor::Of<std::string>({1, 2}, {"{}", R"({"features": {}})"})}),
      Tensor::Of<std::string>({1, 2}, {"", std::string("\n\0", 2)}));
}

TEST_F(DecodeJsonExampleTest, Refuses) {
  for (const std::string& json :
       {std::string(), std::string("{"), std::string("[1]"), std::string("{\"nothing\": 1}"),
        std::string("{\"features\": {}} x"), std::string(100'000, '['),
        std::string(R"({"features": {"feature": {"a": {"int64List": {"value": ["x"]}}}}})"),
        std::string(R"({"features": {"feature": {"a": {"int64List": {"value": [1.5]}}}}})"),
        std::string(R"({"features": {"feature": {"c": {"bytesList": {"value": ["*"]}}}}})"),
        std::string(R"({"features": {"feature": {"b": {"floatList": {"value": [1e400]}}}}})")}) {
    EXPECT_EQ(Code("DecodeJSONExample", {Tensor::Scalar<std::string>(json)}),
              absl::StatusCode::kInvalidArgument)
        << json.substr(0, 80);
  }
}

}  // namespace
}  // namespace millrace
