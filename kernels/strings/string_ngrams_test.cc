// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterStringNgrams(Registry& r);

namespace {

struct StringNgramsTest : OpTest {
  StringNgramsTest() : OpTest({RegisterStringNgrams}) {}
};

TEST_F(StringNgramsTest, Values) {
  EXPECT_OUTPUTS_NEAR(Run("StringNGrams",
                          {Tensor::Vector<std::string>({"a", "b", "c", "d", "e", "f"}),
                           Tensor::Vector<int64_t>({0, 4, 4, 6})},
                          {{"separator", "|"},
                           {"left_pad", "L"},
                           {"right_pad", "R"},
                           {"pad_width", int64_t{0}},
                           {"preserve_short_sequences", false},
                           {"ngram_widths", std::vector<int64_t>{2, 3}}}),
                      std::vector<Tensor>({Tensor::Vector<std::string>(
                                               {"a|b", "b|c", "c|d", "a|b|c", "b|c|d", "e|f"}),
                                           Tensor::Vector<int64_t>({0, 5, 5, 6})}));
  EXPECT_OUTPUTS_NEAR(
      Run("StringNGrams",
          {Tensor::Vector<std::string>({"a", "b", "c", "d", "e", "f"}),
           Tensor::Vector<int64_t>({0, 4, 4, 6})},
          {{"separator", "|"},
           {"left_pad", "L"},
           {"right_pad", "R"},
           {"pad_width", int64_t{-1}},
           {"preserve_short_sequences", false},
           {"ngram_widths", std::vector<int64_t>{3}}}),
      std::vector<Tensor>(
          {Tensor::Vector<std::string>({"L|L|a", "L|a|b", "a|b|c", "b|c|d", "c|d|R", "d|R|R",
                                        "L|L|R", "L|R|R", "L|L|e", "L|e|f", "e|f|R", "f|R|R"}),
           Tensor::Vector<int64_t>({0, 6, 8, 12})}));
  EXPECT_OUTPUTS_NEAR(Run("StringNGrams",
                          {Tensor::Vector<std::string>({"a", "b", "c", "d", "e", "f"}),
                           Tensor::Vector<int64_t>({0, 4, 4, 6})},
                          {{"separator", "|"},
                           {"left_pad", "L"},
                           {"right_pad", "R"},
                           {"pad_width", int64_t{1}},
                           {"preserve_short_sequences", false},
                           {"ngram_widths", std::vector<int64_t>{3}}}),
                      std::vector<Tensor>({Tensor::Vector<std::string>({"L|a|b", "a|b|c", "b|c|d",
                                                                        "c|d|R", "L|e|f", "e|f|R"}),
                                           Tensor::Vector<int64_t>({0, 4, 4, 6})}));
  EXPECT_OUTPUTS_NEAR(Run("StringNGrams",
                          {Tensor::Vector<std::string>({"a", "b", "c", "d", "e", "f"}),
                           Tensor::Vector<int64_t>({0, 4, 4, 6})},
                          {{"separator", "|"},
                           {"left_pad", "L"},
                           {"right_pad", "R"},
                           {"pad_width", int64_t{0}},
                           {"preserve_short_sequences", true},
                           {"ngram_widths", std::vector<int64_t>{5}}}),
                      std::vector<Tensor>({Tensor::Vector<std::string>({"a|b|c|d", "e|f"}),
                                           Tensor::Vector<int64_t>({0, 1, 1, 2})}));
  EXPECT_OUTPUTS_NEAR(Run("StringNGrams",
                          {Tensor::Vector<std::string>({"a", "b", "c", "d", "e", "f"}),
                           Tensor::Vector<int64_t>({0, 4, 4, 6})},
                          {{"separator", "|"},
                           {"left_pad", "L"},
                           {"right_pad", "R"},
                           {"pad_width", int64_t{1}},
                           {"preserve_short_sequences", true},
                           {"ngram_widths", std::vector<int64_t>{7}}}),
                      std::vector<Tensor>({Tensor::Vector<std::string>({"L|a|b|c|d|R", "L|e|f|R"}),
                                           Tensor::Vector<int64_t>({0, 1, 1, 2})}));
  EXPECT_OUTPUTS_NEAR(Run("StringNGrams",
                          {Tensor::Vector<std::string>({"a", "b", "c", "d", "e", "f"}),
                           Tensor::Vector<int32_t>({0, 6})},
                          {{"separator", "|"},
                           {"left_pad", "L"},
                           {"right_pad", "R"},
                           {"pad_width", int64_t{0}},
                           {"preserve_short_sequences", false},
                           {"ngram_widths", std::vector<int64_t>{6}}}),
                      std::vector<Tensor>({Tensor::Vector<std::string>({"a|b|c|d|e|f"}),
                                           Tensor::Vector<int32_t>({0, 1})}));
}

TEST_F(StringNgramsTest, Refuses) {
  EXPECT_EQ(Code("StringNGrams",
                 {Tensor::Vector<std::string>({"a", "b", "c", "d", "e", "f"}),
                  Tensor::Vector<int64_t>({1, 6})},
                 {{"separator", "|"},
                  {"left_pad", "L"},
                  {"right_pad", "R"},
                  {"pad_width", int64_t{0}},
                  {"preserve_short_sequences", false},
                  {"ngram_widths", std::vector<int64_t>{2}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StringNGrams",
                 {Tensor::Vector<std::string>({"a", "b", "c", "d", "e", "f"}),
                  Tensor::Vector<int64_t>({0, 4})},
                 {{"separator", "|"},
                  {"left_pad", "L"},
                  {"right_pad", "R"},
                  {"pad_width", int64_t{0}},
                  {"preserve_short_sequences", false},
                  {"ngram_widths", std::vector<int64_t>{2}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StringNGrams",
                 {Tensor::Vector<std::string>({"a", "b", "c", "d", "e", "f"}),
                  Tensor::Vector<int64_t>({0, 5, 3, 6})},
                 {{"separator", "|"},
                  {"left_pad", "L"},
                  {"right_pad", "R"},
                  {"pad_width", int64_t{0}},
                  {"preserve_short_sequences", false},
                  {"ngram_widths", std::vector<int64_t>{2}}}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
