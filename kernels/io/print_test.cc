// Messages that say what tensors hold.
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterPrint(Registry& r);

namespace {

MR_GRADIENT_EXAMPLE({.op = "Print",
                     .inputs = {Tensor::Vector<double>({1, -2}), Tensor::Vector<int32_t>({7})},
                     .attrs = {{"message", "x = "}, {"first_n", 0}}});

struct PrintTest : OpTest {
  PrintTest() : OpTest({RegisterPrint}) {}
};

TEST_F(PrintTest, WritesDataAndGivesTheInput) {
  const Tensor x = Tensor::Vector<float>({1.5f, 2});
  const Tensor data = Tensor::Vector<int32_t>({1, 2, 3, 4});
  testing::internal::CaptureStderr();
  EXPECT_TENSOR_EQ(Run1("Print", {x, data, Tensor::Scalar("w")}, {{"message", "data: "}}), x);
  const std::string written = testing::internal::GetCapturedStderr();
  EXPECT_EQ(written.find("data: [1 2 3"), 0u) << written;
  EXPECT_EQ(written.find('4'), std::string::npos) << written;
  EXPECT_NE(written.find("w"), std::string::npos) << written;
  testing::internal::CaptureStderr();
  Run1("Print", {x, data}, {{"summarize", -1}});
  EXPECT_NE(testing::internal::GetCapturedStderr().find("[1 2 3 4]\n"), std::string::npos);
}

TEST_F(PrintTest, PrintV2WritesOneLine) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(Code("PrintV2", {Tensor::Scalar("a line")}, {{"end", "!\n"}}), absl::StatusCode::kOk);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "a line!\n");
  EXPECT_EQ(Code("PrintV2", {Tensor::Scalar("x")}, {{"output_stream", "nowhere"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("PrintV2", {Tensor::Vector<std::string>({"x", "y"})}),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(PrintTest, AssertSaysWhatTheDataHold) {
  EXPECT_EQ(Code("Assert", {Tensor::Scalar(true), Tensor::Scalar(1.f)}), absl::StatusCode::kOk);
  const auto result = Run(
      "Assert", {Tensor::Scalar(false), Tensor::Scalar("x > 0:"), Tensor::Vector<int32_t>({-3})});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string message(result.status().message());
  EXPECT_NE(message.find("assertion failed: ["), std::string::npos) << message;
  EXPECT_NE(message.find("x > 0:"), std::string::npos) << message;
  EXPECT_NE(message.find("[-3]"), std::string::npos) << message;
  EXPECT_EQ(Code("Assert", {Tensor::Vector<bool>({true}), Tensor::Scalar(1.f)}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
