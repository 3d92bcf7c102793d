#include "core/base/fault_env.h"

#include <gtest/gtest.h>

#include <optional>

#include "core/base/status.h"

namespace millrace {
namespace {

class FaultEnvTest : public testing::Test {
 protected:
  void SetUp() override { dir_ = DefaultEnv()->MakeTempDir("fault_env_test").value(); }
  void TearDown() override { EXPECT_TRUE(DefaultEnv()->DeleteDirRecursively(dir_).ok()); }
  std::string Path(absl::string_view name) { return JoinPath(dir_, name); }

  std::optional<std::string> Content(absl::string_view name) {
    auto content = env_.ReadFileToString(Path(name));
    return content.ok() ? std::optional<std::string>(*content) : std::nullopt;
  }

  FaultEnv env_{DefaultEnv()};
  std::string dir_;
};

TEST_F(FaultEnvTest, UnsyncedDataIsLost) {
  auto file = env_.NewWritableFile(Path("a")).value();
  ASSERT_TRUE(file->Append("kept").ok());
  ASSERT_TRUE(file->Sync().ok());
  ASSERT_TRUE(env_.SyncDir(dir_).ok());
  ASSERT_TRUE(file->Append("lost").ok());
  ASSERT_TRUE(file->Close().ok());
  EXPECT_EQ(Content("a"), "keptlost");
  ASSERT_TRUE(env_.Recover().ok());
  EXPECT_EQ(Content("a"), "kept");
}

TEST_F(FaultEnvTest, NamesOfAnUnsyncedFolderAreAsBefore) {
  ASSERT_TRUE(DefaultEnv()->WriteStringToFile(Path("old"), "old").ok());
  ASSERT_TRUE(DefaultEnv()->WriteStringToFile(Path("gone"), "gone").ok());
  ASSERT_TRUE(env_.WriteStringToFile(Path("new"), "new").ok());
  ASSERT_TRUE(env_.RenameFile(Path("new"), Path("old")).ok());
  ASSERT_TRUE(env_.DeleteFile(Path("gone")).ok());
  EXPECT_EQ(Content("old"), "new");
  ASSERT_TRUE(env_.Recover().ok());
  EXPECT_EQ(Content("old"), "old");
  EXPECT_EQ(Content("gone"), "gone");
  EXPECT_EQ(Content("new"), std::nullopt);
}

TEST_F(FaultEnvTest, TheNthWriteFails) {
  env_.FailWriteAt(2, absl::ResourceExhaustedError("full"));
  auto file = env_.NewWritableFile(Path("a")).value();
  EXPECT_TRUE(file->Append("1").ok());
  EXPECT_EQ(file->Append("2"), absl::ResourceExhaustedError("full"));
  EXPECT_TRUE(file->Append("3").ok());
  ASSERT_TRUE(file->Close().ok());
  EXPECT_EQ(Content("a"), "13");
}

// The atomic write keeps its promise wherever the machine stops.
TEST_F(FaultEnvTest, AtomicWriteIsOldOrNewAtEveryCrash) {
  ASSERT_TRUE(env_.WriteStringToFileAtomically(Path("state"), "old").ok());
  const int64_t start = env_.num_operations();
  ASSERT_TRUE(env_.WriteStringToFileAtomically(Path("state"), "old").ok());
  const int64_t steps = env_.num_operations() - start;
  ASSERT_GE(steps, 5);
  int seen_old = 0;
  for (int64_t n = 1; n <= steps + 1; ++n) {
    ASSERT_TRUE(env_.WriteStringToFileAtomically(Path("state"), "old").ok());
    env_.CrashAt(n);
    const bool finished = env_.WriteStringToFileAtomically(Path("state"), "new").ok();
    EXPECT_EQ(finished, n == steps + 1);
    ASSERT_TRUE(env_.Recover().ok());
    EXPECT_EQ(Content("state"), finished ? "new" : "old") << "crash at " << n;
    seen_old += !finished;
    EXPECT_EQ(env_.GetChildren(dir_).value().size(), 1);
  }
  EXPECT_EQ(seen_old, steps);
}

// The test library notices code that forgets to sync.
TEST_F(FaultEnvTest, ACarelessWriteIsCaught) {
  ASSERT_TRUE(env_.WriteStringToFile(Path("tmp"), "data").ok());
  ASSERT_TRUE(env_.RenameFile(Path("tmp"), Path("state")).ok());
  ASSERT_TRUE(env_.SyncDir(dir_).ok());
  ASSERT_TRUE(env_.Recover().ok());
  EXPECT_EQ(Content("state"), "");
}

}  // namespace
}  // namespace millrace
