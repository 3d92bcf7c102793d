// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterDecodeCsv(Registry& r);

namespace {

struct DecodeCsvTest : OpTest {
  DecodeCsvTest() : OpTest({RegisterDecodeCsv}) {}
};

TEST_F(DecodeCsvTest, Values) {
  EXPECT_OUTPUTS_NEAR(
      Run("DecodeCSV",
          {Tensor::Vector<std::string>({"1,2.5,a", "3,,\"x,\"\"y\""}), Tensor::Vector<int32_t>({0}),
           Tensor::Vector<float>({7}), Tensor::Vector<std::string>({"d"})}),
      std::vector<Tensor>({Tensor::Vector<int32_t>({1, 3}), Tensor::Vector<float>({2.5f, 7}),
                           Tensor::Vector<std::string>({"a", "x,\"y"})}));
  EXPECT_OUTPUTS_NEAR(
      Run("DecodeCSV",
          {Tensor::Vector<std::string>({"1;NA;9"}), Tensor::Vector<int32_t>({0}),
           Tensor::Vector<int64_t>({8})},
          {{"field_delim", ";"}, {"na_value", "NA"}, {"select_cols", std::vector<int64_t>{0, 1}}}),
      std::vector<Tensor>({Tensor::Vector<int32_t>({1}), Tensor::Vector<int64_t>({8})}));
  EXPECT_OUTPUTS_NEAR(
      Run("DecodeCSV",
          {Tensor::Scalar<std::string>("a\"b,c"), Tensor::Vector<std::string>({""}),
           Tensor::Vector<std::string>({""})},
          {{"use_quote_delim", false}}),
      std::vector<Tensor>({Tensor::Scalar<std::string>("a\"b"), Tensor::Scalar<std::string>("c")}));
}

TEST_F(DecodeCsvTest, Refuses) {
  EXPECT_EQ(Code("DecodeCSV", {Tensor::Vector<std::string>({"1"}), Tensor::Vector<int32_t>({0}),
                               Tensor::Vector<float>({7})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DecodeCSV", {Tensor::Vector<std::string>({"a"}), Tensor::Vector<int32_t>({0})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DecodeCSV", {Tensor::Vector<std::string>({",1"}), Tensor::Of<int32_t>({0}, {}),
                               Tensor::Vector<int32_t>({0})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("DecodeCSV", {Tensor::Vector<std::string>({"\"a"}), Tensor::Vector<std::string>({""})}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DecodeCSV",
                 {Tensor::Vector<std::string>({"\"a\"b"}), Tensor::Vector<std::string>({""})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("DecodeCSV", {Tensor::Vector<std::string>({"1"}), Tensor::Vector<int32_t>({0, 1})}),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
