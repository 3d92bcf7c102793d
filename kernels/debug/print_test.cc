// What is printed, and where.
#include <cstdio>
#include <fstream>
#include <iterator>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterPrint(Registry& r);

namespace {

struct PrintTest : OpTest {
  PrintTest() : OpTest({RegisterPrint}) {}
};

TEST_F(PrintTest, GivesItsInputOnAndPrints) {
  testing::internal::CaptureStderr();
  EXPECT_TENSOR_EQ(Run1("Print",
                        {Tensor::Scalar(1.5f), Tensor::Vector<int32_t>({1, 2, 3, 4}),
                         Tensor::Of<std::string>({2, 1}, {"a", "b"})},
                        {{"message", "values: "}, {"summarize", int64_t{3}}}),
                   Tensor::Scalar(1.5f));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "values: [1 2 3...][[[a][b]]]\n");
}

TEST_F(PrintTest, FirstNIsTheMost) {
  testing::internal::CaptureStderr();
  Run1("Print", {Tensor::Scalar(1.0f), Tensor::Scalar(true)}, {{"first_n", int64_t{0}}});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(PrintTest, WritesToStreamsAndFiles) {
  testing::internal::CaptureStdout();
  EXPECT_TRUE(Run("PrintV2", {Tensor::Scalar("hello")}, {{"output_stream", "stdout"}}).ok());
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "hello\n");
  const std::string path = testing::TempDir() + "/print_test.txt";
  std::remove(path.c_str());
  for (const char* line : {"one", "two"}) {
    EXPECT_TRUE(
        Run("PrintV2", {Tensor::Scalar(line)}, {{"output_stream", "file://" + path}, {"end", ";"}})
            .ok());
  }
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "one;two;");
  EXPECT_EQ(Code("PrintV2", {Tensor::Scalar("x")}, {{"output_stream", "nowhere"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("PrintV2", {Tensor::Vector<std::string>({"x"})}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "Print",
                     .inputs = {Tensor::Vector<double>({1, 2}), Tensor::Scalar<int32_t>(3)}});

}  // namespace
}  // namespace millrace
