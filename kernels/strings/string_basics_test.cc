// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterStringBasics(Registry& r);

namespace {

struct StringBasicsTest : OpTest {
  StringBasicsTest() : OpTest({RegisterStringBasics}) {}
};

TEST_F(StringBasicsTest, Joins) {
  EXPECT_TENSOR_EQ(Run1("StringJoin",
                        {Tensor::Vector<std::string>({"a", "b"}), Tensor::Scalar<std::string>("-"),
                         Tensor::Vector<std::string>({"x", "y"})},
                        {{"separator", "/"}}),
                   Tensor::Vector<std::string>({"a/-/x", "b/-/y"}));
  EXPECT_TENSOR_EQ(
      Run1("StringJoin", {Tensor::Scalar<std::string>("a"), Tensor::Scalar<std::string>("b")}),
      Tensor::Scalar<std::string>("ab"));
}

TEST_F(StringBasicsTest, Refuses) {
  EXPECT_EQ(Code("StringJoin", {Tensor::Vector<std::string>({"a", "b"}),
                                Tensor::Vector<std::string>({"x", "y", "z"})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Substr", {Tensor::Vector<std::string>({"ab"}), Tensor::Vector<int32_t>({3}),
                            Tensor::Vector<int32_t>({1})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Substr", {Tensor::Vector<std::string>({"ab"}), Tensor::Vector<int32_t>({-3}),
                            Tensor::Vector<int32_t>({1})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Substr",
                 {Tensor::Vector<std::string>({"w\xc3\xb6"}), Tensor::Vector<int32_t>({3}),
                  Tensor::Vector<int32_t>({1})},
                 {{"unit", "UTF8_CHAR"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Substr", {Tensor::Vector<std::string>({"ab"}), Tensor::Vector<int32_t>({1}),
                            Tensor::Vector<int32_t>({1, 1})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StringLower", {Tensor::Vector<std::string>({"aBC"})}, {{"encoding", "latin-1"}}),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(StringBasicsTest, Measures) {
  EXPECT_TENSOR_EQ(
      Run1("StringLength", {Tensor::Vector<std::string>({"Hello", "", "w\xc3\xb6rld!"})}),
      Tensor::Vector<int32_t>({5, 0, 7}));
  EXPECT_TENSOR_EQ(
      Run1("StringLength", {Tensor::Vector<std::string>({"Hello", "", "w\xc3\xb6rld!"})},
           {{"unit", "UTF8_CHAR"}}),
      Tensor::Vector<int32_t>({5, 0, 6}));
}

TEST_F(StringBasicsTest, CutsBytesAndCharacters) {
  EXPECT_TENSOR_EQ(Run1("Substr", {Tensor::Vector<std::string>({"Hello", "w\xc3\xb6rld!"}),
                                   Tensor::Scalar<int32_t>(1), Tensor::Scalar<int32_t>(3)}),
                   Tensor::Vector<std::string>({"ell", "\xc3\xb6r"}));
  EXPECT_TENSOR_EQ(Run1("Substr",
                        {Tensor::Vector<std::string>({"Hello", "w\xc3\xb6rld!"}),
                         Tensor::Scalar<int32_t>(1), Tensor::Scalar<int32_t>(3)},
                        {{"unit", "UTF8_CHAR"}}),
                   Tensor::Vector<std::string>({"ell", "\xc3\xb6rl"}));
  EXPECT_TENSOR_EQ(
      Run1("Substr", {Tensor::Vector<std::string>({"Hello", "abcdef"}),
                      Tensor::Vector<int32_t>({-3, 2}), Tensor::Vector<int32_t>({2, 100})}),
      Tensor::Vector<std::string>({"ll", "cdef"}));
  EXPECT_TENSOR_EQ(
      Run1("Substr", {Tensor::Of<std::string>({2, 2}, {"abc", "def", "ghi", "jkl"}),
                      Tensor::Vector<int64_t>({0, 1}), Tensor::Vector<int64_t>({1, 2})}),
      Tensor::Of<std::string>({2, 2}, {"a", "ef", "g", "kl"}));
  EXPECT_TENSOR_EQ(
      Run1("Substr", {Tensor::Scalar<std::string>("thirteen"), Tensor::Vector<int32_t>({0, 4}),
                      Tensor::Vector<int32_t>({4, 4})}),
      Tensor::Vector<std::string>({"thir", "teen"}));
}

TEST_F(StringBasicsTest, ChangesCase) {
  EXPECT_TENSOR_EQ(Run1("StringUpper", {Tensor::Vector<std::string>({"aBc",
                                                                     "\xc3\xb6"
                                                                     "1"})}),
                   Tensor::Vector<std::string>({"ABC",
                                                "\xc3\xb6"
                                                "1"}));
  EXPECT_TENSOR_EQ(Run1("StringLower", {Tensor::Vector<std::string>({"aBC",
                                                                     "\xc3\x96"
                                                                     "1"})}),
                   Tensor::Vector<std::string>({"abc",
                                                "\xc3\x96"
                                                "1"}));
  EXPECT_TENSOR_EQ(
      Run1("StringUpper", {Tensor::Vector<std::string>({"abc"})}, {{"encoding", "utf-8"}}),
      Tensor::Vector<std::string>({"ABC"}));
}

TEST_F(StringBasicsTest, Strips) {
  EXPECT_TENSOR_EQ(Run1("StringStrip", {Tensor::Vector<std::string>({" a b\x09\x0a", "", "  "})}),
                   Tensor::Vector<std::string>({"a b", "", ""}));
}

}  // namespace
}  // namespace millrace
