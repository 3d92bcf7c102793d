#include "core/base/env.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterWholeFile(Registry& r);

namespace {

struct WholeFileTest : OpTest {
  WholeFileTest() : OpTest({RegisterWholeFile}) {}
  const std::string dir = *DefaultEnv()->MakeTempDir("file");
};

TEST_F(WholeFileTest, WhatIsWrittenIsRead) {
  const Tensor path = Tensor::Scalar<std::string>(dir + "/a/b");
  const Tensor contents = Tensor::Scalar<std::string>(std::string("x\0y", 3));
  ASSERT_TRUE(Run("WriteFile", {path, contents}).ok());
  EXPECT_TENSOR_EQ(Run1("ReadFile", {path}), contents);
}

TEST_F(WholeFileTest, MissingFilesAndVectorsAreErrors) {
  EXPECT_EQ(Code("ReadFile", {Tensor::Scalar<std::string>(dir + "/none")}),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Code("ReadFile", {Tensor::Vector<std::string>({"a", "b"})}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
