#include "tools/run/tensor_file.h"

#include <gtest/gtest.h>

#include "core/base/env.h"

namespace millrace {
namespace {

class TensorFileTest : public testing::Test {
 protected:
  std::string Path(const char* name) { return JoinPath(dir_, name); }
  const std::string dir_ = *DefaultEnv()->MakeTempDir("tensors");
};

TEST_F(TensorFileTest, StringsAndNumbersComeBack) {
  const Tensor strings = Tensor::Of<std::string>(Shape{2, 1}, {"hi", std::string("\0\xff", 2)});
  ASSERT_TRUE(WriteTensorFile(Path("s.json"), strings).ok());
  EXPECT_TRUE(ReadTensorFile(Path("s.json"))->BitwiseEquals(strings));
  const Tensor numbers = Tensor::Vector<float>({1, 2});
  ASSERT_TRUE(WriteTensorFile(Path("n.npy"), numbers).ok());
  EXPECT_TRUE(ReadTensorFile(Path("n.npy"))->BitwiseEquals(numbers));
}

TEST_F(TensorFileTest, WrongEndingsAndContentsAreRefused) {
  EXPECT_EQ(WriteTensorFile(Path("n.json"), Tensor::Scalar(1)).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadTensorFile(Path("none.npy")).status().code(), absl::StatusCode::kNotFound);
  for (const char* text :
       {"", "{", "[]", "{\"shape\": [2], \"data\": [\"aGk=\"]}", "{\"shape\": [1], \"data\": [1]}",
        "{\"shape\": [\"x\"], \"data\": []}", "{\"shape\": [-1], \"data\": []}",
        "{\"shape\": [1], \"data\": [\"***\"]}"}) {
    ASSERT_TRUE(DefaultEnv()->WriteStringToFile(Path("bad.json"), text).ok());
    EXPECT_EQ(ReadTensorFile(Path("bad.json")).status().code(), absl::StatusCode::kInvalidArgument)
        << text;
  }
}

}  // namespace
}  // namespace millrace
