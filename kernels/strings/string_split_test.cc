// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterStringSplit(Registry& r);

namespace {

struct StringSplitTest : OpTest {
  StringSplitTest() : OpTest({RegisterStringSplit}) {}
};

TEST_F(StringSplitTest, AtAnyOfTheDelimiters) {
  EXPECT_OUTPUTS_NEAR(
      Run("StringSplit",
          {Tensor::Vector<std::string>({"a b,c", "", "x,, y"}), Tensor::Scalar<std::string>(" ,")}),
      std::vector<Tensor>({Tensor::Of<int64_t>({5, 2}, {0, 0, 0, 1, 0, 2, 2, 0, 2, 1}),
                           Tensor::Vector<std::string>({"a", "b", "c", "x", "y"}),
                           Tensor::Vector<int64_t>({3, 3})}));
  EXPECT_OUTPUTS_NEAR(
      Run("StringSplit",
          {Tensor::Vector<std::string>({"a b,c", "", "x,, y"}), Tensor::Scalar<std::string>(" ,")},
          {{"skip_empty", false}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({7, 2}, {0, 0, 0, 1, 0, 2, 2, 0, 2, 1, 2, 2, 2, 3}),
                           Tensor::Vector<std::string>({"a", "b", "c", "x", "", "", "y"}),
                           Tensor::Vector<int64_t>({3, 4})}));
  EXPECT_OUTPUTS_NEAR(Run("StringSplit", {Tensor::Vector<std::string>({"abc", ""}),
                                          Tensor::Scalar<std::string>("")}),
                      std::vector<Tensor>({Tensor::Of<int64_t>({3, 2}, {0, 0, 0, 1, 0, 2}),
                                           Tensor::Vector<std::string>({"a", "b", "c"}),
                                           Tensor::Vector<int64_t>({2, 3})}));
}

TEST_F(StringSplitTest, AsPythonDoes) {
  EXPECT_OUTPUTS_NEAR(Run("StringSplitV2", {Tensor::Vector<std::string>({"a  b c", " ", "x"}),
                                            Tensor::Scalar<std::string>("")}),
                      std::vector<Tensor>({Tensor::Of<int64_t>({4, 2}, {0, 0, 0, 1, 0, 2, 2, 0}),
                                           Tensor::Vector<std::string>({"a", "b", "c", "x"}),
                                           Tensor::Vector<int64_t>({3, 3})}));
  EXPECT_OUTPUTS_NEAR(
      Run("StringSplitV2",
          {Tensor::Vector<std::string>({"a  b c", " ", "x"}), Tensor::Scalar<std::string>(" ")}),
      std::vector<Tensor>({Tensor::Of<int64_t>({7, 2}, {0, 0, 0, 1, 0, 2, 0, 3, 1, 0, 1, 1, 2, 0}),
                           Tensor::Vector<std::string>({"a", "", "b", "c", "", "", "x"}),
                           Tensor::Vector<int64_t>({3, 4})}));
  EXPECT_OUTPUTS_NEAR(
      Run("StringSplitV2",
          {Tensor::Vector<std::string>({"a<>b<>c<>", "<>"}), Tensor::Scalar<std::string>("<>")},
          {{"maxsplit", int64_t{1}}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}),
                           Tensor::Vector<std::string>({"a", "b<>c<>", "", ""}),
                           Tensor::Vector<int64_t>({2, 2})}));
  const Tensor words = Tensor::Vector<std::string>({" a  b c", "", "x"});
  EXPECT_OUTPUTS_NEAR(
      Run("StringSplitV2", {words, Tensor::Scalar<std::string>("")}, {{"maxsplit", int64_t{1}}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({4, 2}, {0, 0, 0, 1, 2, 0, 2, 1}),
                           Tensor::Vector<std::string>({"a", "b c", "x", ""}),
                           Tensor::Vector<int64_t>({3, 2})}));
  EXPECT_OUTPUTS_NEAR(
      Run("StringSplitV2", {words, Tensor::Scalar<std::string>("")}, {{"maxsplit", int64_t{0}}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 2}, {0, 0, 1, 0, 2, 0}), words,
                           Tensor::Vector<int64_t>({3, 1})}));
}

TEST_F(StringSplitTest, Refuses) {
  EXPECT_EQ(
      Code("StringSplit", {Tensor::Scalar<std::string>("a b"), Tensor::Scalar<std::string>(" ")}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StringSplitV2",
                 {Tensor::Of<std::string>({1, 1}, {"a b"}), Tensor::Scalar<std::string>(" ")}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StringSplitV2",
                 {Tensor::Vector<std::string>({"a b"}), Tensor::Vector<std::string>({" "})}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
