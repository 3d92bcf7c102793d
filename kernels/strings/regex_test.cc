// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRegex(Registry& r);

namespace {

struct RegexTest : OpTest {
  RegexTest() : OpTest({RegisterRegex}) {}
};

TEST_F(RegexTest, Replaces) {
  EXPECT_TENSOR_EQ(Run1("RegexReplace", {Tensor::Vector<std::string>({"abab", "xyz"}),
                                         Tensor::Scalar<std::string>("a(b)"),
                                         Tensor::Scalar<std::string>("<\\1>")}),
                   Tensor::Vector<std::string>({"<b><b>", "xyz"}));
  EXPECT_TENSOR_EQ(Run1("RegexReplace",
                        {Tensor::Vector<std::string>({"abab", "xyz"}),
                         Tensor::Scalar<std::string>("a(b)"), Tensor::Scalar<std::string>("<\\1>")},
                        {{"replace_global", false}}),
                   Tensor::Vector<std::string>({"<b>ab", "xyz"}));
  EXPECT_TENSOR_EQ(Run1("StaticRegexReplace", {Tensor::Of<std::string>({1, 1}, {"a1b22"})},
                        {{"pattern", "[0-9]+"}, {"rewrite", "#"}}),
                   Tensor::Of<std::string>({1, 1}, {"a#b#"}));
}

TEST_F(RegexTest, MatchesWholeStrings) {
  EXPECT_TENSOR_EQ(Run1("RegexFullMatch", {Tensor::Vector<std::string>({"ab", "abc", ""}),
                                           Tensor::Scalar<std::string>("a.")}),
                   Tensor::Vector<bool>({true, false, false}));
  EXPECT_TENSOR_EQ(Run1("StaticRegexFullMatch", {Tensor::Vector<std::string>({"ab", "abc", ""})},
                        {{"pattern", "[a-c]*"}}),
                   Tensor::Vector<bool>({true, true, true}));
}

TEST_F(RegexTest, Refuses) {
  EXPECT_EQ(
      Code("RegexReplace", {Tensor::Vector<std::string>({"a"}), Tensor::Scalar<std::string>("(a"),
                            Tensor::Scalar<std::string>("b")}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(
      Run1("RegexReplace", {Tensor::Vector<std::string>({"a"}), Tensor::Scalar<std::string>("a"),
                            Tensor::Scalar<std::string>("\\3")}),
      Tensor::Vector<std::string>({"a"}));
  EXPECT_EQ(
      Code("RegexReplace", {Tensor::Vector<std::string>({"a"}), Tensor::Vector<std::string>({"a"}),
                            Tensor::Scalar<std::string>("b")}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("RegexFullMatch",
                 {Tensor::Vector<std::string>({"a"}), Tensor::Scalar<std::string>("[")}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StaticRegexFullMatch", {Tensor::Vector<std::string>({"a"})}, {{"pattern", "["}}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
