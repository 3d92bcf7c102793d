#include "core/base/env.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/base/status.h"

namespace millrace {
namespace {

class EnvTest : public testing::Test {
 protected:
  void SetUp() override { dir_ = DefaultEnv()->MakeTempDir("env_test").value(); }
  void TearDown() override { EXPECT_TRUE(env_->DeleteDirRecursively(dir_).ok()); }
  std::string Path(absl::string_view name) { return JoinPath(dir_, name); }

  Env* const env_ = DefaultEnv();
  std::string dir_;
};

TEST_F(EnvTest, WritesAndReads) {
  auto file = env_->NewWritableFile(Path("a")).value();
  std::string expected;
  for (int size : {0, 1, 100, 70'000, 5, 65'536, 1'000'000}) {
    const std::string part(size, static_cast<char>('a' + size % 26));
    ASSERT_TRUE(file->Append(part).ok());
    expected += part;
  }
  EXPECT_TRUE(file->Sync().ok());
  EXPECT_EQ(env_->GetFileSize(Path("a")).value(), expected.size());
  EXPECT_TRUE(file->Append("end").ok());
  EXPECT_TRUE(file->Close().ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(file->Append("x")));
  EXPECT_TRUE(absl::IsFailedPrecondition(file->Close()));
  EXPECT_EQ(env_->ReadFileToString(Path("a")).value(), expected + "end");

  auto reader = env_->NewRandomAccessFile(Path("a")).value();
  char scratch[8];
  EXPECT_EQ(reader->Read(expected.size(), 8, scratch).value(), 3);
  EXPECT_EQ(absl::string_view(scratch, 3), "end");
  EXPECT_EQ(reader->Read(1 << 30, 8, scratch).value(), 0);
  EXPECT_TRUE(absl::IsInvalidArgument(reader->Read(-1, 8, scratch).status()));
  EXPECT_EQ(reader->Size().value(), expected.size() + 3);
}

TEST_F(EnvTest, AppendsToWhatIsThere) {
  ASSERT_TRUE(env_->WriteStringToFile(Path("a"), "one").ok());
  auto file = env_->NewAppendableFile(Path("a")).value();
  ASSERT_TRUE(file->Append("two").ok());
  ASSERT_TRUE(file->Flush().ok());
  EXPECT_EQ(env_->ReadFileToString(Path("a")).value(), "onetwo");
  ASSERT_TRUE(env_->WriteStringToFile(Path("a"), "new").ok());
  EXPECT_EQ(env_->ReadFileToString(Path("a")).value(), "new");
}

TEST_F(EnvTest, ErrorsNameThePath) {
  absl::Status status = env_->NewRandomAccessFile(Path("none")).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_NE(status.message().find(Path("none")), absl::string_view::npos) << status;
  EXPECT_TRUE(absl::IsNotFound(env_->NewWritableFile(Path("no/file")).status()));
  EXPECT_TRUE(absl::IsNotFound(env_->DeleteFile(Path("none"))));
  EXPECT_TRUE(absl::IsNotFound(env_->GetChildren(Path("none")).status()));
  EXPECT_TRUE(absl::IsAlreadyExists(env_->CreateDir(dir_)));
  EXPECT_FALSE(env_->NewWritableFile(dir_).ok());
  EXPECT_FALSE(env_->FileExists(Path("none")).value());
  EXPECT_TRUE(env_->FileExists(dir_).value());
}

TEST_F(EnvTest, AFullDiskIsResourceExhausted) {
  if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full";
  auto file = env_->NewWritableFile("/dev/full").value();
  ASSERT_TRUE(file->Append("x").ok());
  EXPECT_TRUE(absl::IsResourceExhausted(file->Flush()));
}

TEST_F(EnvTest, FoldersComeAndGoAsTrees) {
  ASSERT_TRUE(env_->CreateDirRecursively(Path("x/y/z/")).ok());
  ASSERT_TRUE(env_->CreateDirRecursively(Path("x/y")).ok());
  ASSERT_TRUE(env_->WriteStringToFile(Path("x/b"), "").ok());
  ASSERT_TRUE(env_->WriteStringToFile(Path("x/a"), "").ok());
  ASSERT_EQ(symlink("/nowhere", Path("x/link").c_str()), 0);
  EXPECT_EQ(env_->GetChildren(Path("x")).value(),
            (std::vector<std::string>{"a", "b", "link", "y"}));
  EXPECT_FALSE(env_->CreateDirRecursively(Path("x/a")).ok());
  EXPECT_FALSE(env_->DeleteDir(Path("x")).ok());
  EXPECT_TRUE(env_->DeleteDirRecursively(Path("x")).ok());
  EXPECT_FALSE(env_->FileExists(Path("x")).value());
  EXPECT_TRUE(env_->DeleteDirRecursively(Path("x")).ok());
}

TEST_F(EnvTest, AtomicWriteLeavesNoTemporaryFile) {
  for (absl::string_view data : {"first", "second"}) {
    ASSERT_TRUE(env_->WriteStringToFileAtomically(Path("state"), data).ok());
    EXPECT_EQ(env_->ReadFileToString(Path("state")).value(), data);
  }
  ASSERT_TRUE(env_->CreateDirRecursively(Path("dir/full")).ok());
  EXPECT_FALSE(env_->WriteStringToFileAtomically(Path("dir"), "x").ok());
  EXPECT_EQ(env_->GetChildren(dir_).value(), (std::vector<std::string>{"dir", "state"}));
}

TEST_F(EnvTest, ReadsFilesThatDoNotTellTheirSize) {
  EXPECT_FALSE(env_->ReadFileToString("/proc/self/status").value().empty());
}

TEST(Paths, SplitAndJoin) {
  EXPECT_EQ(JoinPath("a/b", "c"), "a/b/c");
  EXPECT_EQ(JoinPath("a/", "c"), "a/c");
  EXPECT_EQ(JoinPath("", "c"), "c");
  EXPECT_EQ(JoinPath("a", "/c"), "/c");
  EXPECT_EQ(Dirname("a/b/c"), "a/b");
  EXPECT_EQ(Dirname("/a"), "/");
  EXPECT_EQ(Dirname("a"), ".");
  EXPECT_EQ(Basename("a/b"), "b");
  EXPECT_EQ(Basename("b"), "b");
}

}  // namespace
}  // namespace millrace
