// Expected values are TensorFlow 2.21's.
#include <complex>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterStringFormat(Registry& r);

namespace {

struct StringFormatTest : OpTest {
  StringFormatTest() : OpTest({RegisterStringFormat}) {}
};

TEST_F(StringFormatTest, Prints) {
  EXPECT_TENSOR_EQ(Run1("StringFormat", {Tensor::Vector<int32_t>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9})},
                        {{"template", "%s"}}),
                   Tensor::Scalar<std::string>("[0 1 2 ... 7 8 9]"));
  EXPECT_TENSOR_EQ(Run1("StringFormat", {Tensor::Vector<int64_t>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9})},
                        {{"template", "%s"}, {"summarize", int64_t{-1}}}),
                   Tensor::Scalar<std::string>("[0 1 2 3 4 5 6 7 8 9]"));
  EXPECT_TENSOR_EQ(
      Run1("StringFormat",
           {Tensor::Of<float>(
               {2, 3, 4},
               {0,           0.14285715f, 0.2857143f, 0.42857143f, 0.5714286f, 0.71428573f,
                0.85714287f, 1,           1.1428572f, 1.2857143f,  1.4285715f, 1.5714285f,
                1.7142857f,  1.8571428f,  2,          2.142857f,   2.2857144f, 2.4285715f,
                2.5714285f,  2.7142856f,  2.857143f,  3,           3.142857f,  3.2857144f})},
           {{"template", "%s"}, {"summarize", int64_t{1}}}),
      Tensor::Scalar<std::string>(
          "[[[0 ... 0.428571433]\012  ...\012  [1.14285719 ... 1.57142854]]\012\012 [[1.71428573 "
          "... 2.14285707]\012  ...\012  [2.85714293 ... 3.28571439]]]"));
  EXPECT_TENSOR_EQ(
      Run1("StringFormat",
           {Tensor::Of<double>({2, 3, 4}, {0,
                                           0.14285714285714285,
                                           0.2857142857142857,
                                           0.42857142857142855,
                                           0.5714285714285714,
                                           0.7142857142857143,
                                           0.8571428571428571,
                                           1,
                                           1.1428571428571428,
                                           1.2857142857142858,
                                           1.4285714285714286,
                                           1.5714285714285714,
                                           1.7142857142857142,
                                           1.8571428571428572,
                                           2,
                                           2.142857142857143,
                                           2.2857142857142856,
                                           2.4285714285714284,
                                           2.5714285714285716,
                                           2.7142857142857144,
                                           2.857142857142857,
                                           3,
                                           3.142857142857143,
                                           3.2857142857142856})},
           {{"template", "a %s b"}}),
      Tensor::Scalar<std::string>(
          "a [[[0 0.14285714285714285 0.2857142857142857 0.42857142857142855]\012  "
          "[0.5714285714285714 0.7142857142857143 0.8571428571428571 1]\012  [1.1428571428571428 "
          "1.2857142857142858 1.4285714285714286 1.5714285714285714]]\012\012 [[1.7142857142857142 "
          "1.8571428571428572 2 2.1428571428571428]\012  [2.2857142857142856 2.4285714285714284 "
          "2.5714285714285716 2.7142857142857144]\012  [2.8571428571428572 3 3.1428571428571428 "
          "3.2857142857142856]]] b"));
  EXPECT_TENSOR_EQ(
      Run1("StringFormat", {Tensor::Of<std::string>({2, 2}, {"a", "b\012", "c\042", "d\134"})},
           {{"template", "%s"}}),
      Tensor::Scalar<std::string>(
          "[[\042a\042 \042b\134n\042]\012 [\042c\134\042\042 \042d\134\134\042]]"));
  EXPECT_TENSOR_EQ(
      Run1("StringFormat", {Tensor::Vector<bool>({true, false})}, {{"template", "%s"}}),
      Tensor::Scalar<std::string>("[1 0]"));
  EXPECT_TENSOR_EQ(Run1("StringFormat", {Tensor::Scalar<float>(0.1f), Tensor::Scalar<int8_t>(-3)},
                        {{"template", "{} and {}!"}, {"placeholder", "{}"}}),
                   Tensor::Scalar<std::string>("0.1 and -3!"));
  EXPECT_TENSOR_EQ(
      Run1("StringFormat",
           {Tensor::Vector<float>({1.5f, 1e+20f, 1e-09f, std::numeric_limits<float>::infinity()})},
           {{"template", "%s"}}),
      Tensor::Scalar<std::string>("[1.5 1e+20 1e-09 inf]"));
  EXPECT_TENSOR_EQ(
      Run1("StringFormat", {Tensor::Vector<half>({half(1.5f), half(2)})}, {{"template", "%s"}}),
      Tensor::Scalar<std::string>("[1.5 2]"));
  EXPECT_TENSOR_EQ(
      Run1("StringFormat", {Tensor::Vector<std::complex<double>>({{1, 2}})}, {{"template", "%s"}}),
      Tensor::Scalar<std::string>("[?]"));
  EXPECT_TENSOR_EQ(Run1("StringFormat", {}, {{"template", "nothing"}}),
                   Tensor::Scalar<std::string>("nothing"));
  EXPECT_TENSOR_EQ(Run1("StringFormat", {Tensor::Of<int32_t>({0, 3}, {})}, {{"template", "%s"}}),
                   Tensor::Scalar<std::string>("[]"));
  EXPECT_TENSOR_EQ(
      Run1("StringFormat", {Tensor::Vector<uint8_t>({0, 1, 2, 3, 4, 5})}, {{"template", "%s"}}),
      Tensor::Scalar<std::string>("[0 1 2 3 4 5]"));
  EXPECT_TENSOR_EQ(
      Run1("StringFormat", {Tensor::Scalar<double>(std::nan(""))}, {{"template", "%s"}}),
      Tensor::Scalar<std::string>("nan"));
  EXPECT_TENSOR_EQ(Run1("StringFormat", {Tensor::Vector<int32_t>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9})},
                        {{"template", "%s"}, {"summarize", int64_t{0}}}),
                   Tensor::Scalar<std::string>("[ ...]"));
}

TEST_F(StringFormatTest, Refuses) {
  EXPECT_EQ(Code("StringFormat", {Tensor::Scalar<int32_t>(1)}, {{"template", "%s %s"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StringFormat", {Tensor::Scalar<int32_t>(1)}, {{"template", "x"}}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
