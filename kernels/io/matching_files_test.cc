#include "core/base/env.h"
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterMatchingFiles(Registry& r);

namespace {

struct MatchingFilesTest : OpTest {
  MatchingFilesTest() : OpTest({RegisterMatchingFiles}) {
    folder_ = *DefaultEnv()->MakeTempDir("matching");
    for (const char* name : {"a.txt", "b.txt", "c.bin", "d/e.txt", "f/e.txt"}) {
      const std::string path = JoinPath(folder_, name);
      EXPECT_TRUE(DefaultEnv()->CreateDirRecursively(Dirname(path)).ok());
      EXPECT_TRUE(DefaultEnv()->WriteStringToFile(path, "").ok());
    }
  }
  ~MatchingFilesTest() override { DefaultEnv()->DeleteDirRecursively(folder_).IgnoreError(); }

  // The names, without the folder.
  std::vector<std::string> Matching(std::vector<std::string> patterns) {
    for (std::string& pattern : patterns) pattern = JoinPath(folder_, pattern);
    std::vector<std::string> names;
    const Tensor found = Run1("MatchingFiles", {Tensor::Vector<std::string>(patterns)});
    for (const std::string& path : found.flat<std::string>())
      names.push_back(path.substr(folder_.size() + 1));
    return names;
  }

  std::string folder_;
};

TEST_F(MatchingFilesTest, Patterns) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(Matching({"*.txt"}), (Names{"a.txt", "b.txt"}));
  EXPECT_EQ(Matching({"c*", "[ab].t?t"}), (Names{"a.txt", "b.txt", "c.bin"}));
  EXPECT_EQ(Matching({"*/e.txt"}), (Names{"d/e.txt", "f/e.txt"}));
  EXPECT_EQ(Matching({"c.bin", "missing"}), (Names{"c.bin"}));
  EXPECT_EQ(Matching({"none*"}), Names{});
}

TEST_F(MatchingFilesTest, RefusesMatrices) {
  EXPECT_EQ(Code("MatchingFiles", {Tensor::Of<std::string>({1, 1}, {"x"})}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
