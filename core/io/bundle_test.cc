// Tensor bundles, written and read.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "core/base/failpoint.h"
#include "core/io/bundle_format.h"
#include "core/io/bundle_reader.h"
#include "core/io/bundle_writer.h"

namespace millrace {
namespace {

class BundleTest : public testing::Test {
 protected:
  BundleTest() : dir_(*env_->MakeTempDir("bundle")), prefix_(JoinPath(dir_, "model.ckpt-1")) {}
  ~BundleTest() override {
    ClearAllFailpoints();
    env_->DeleteDirRecursively(dir_).IgnoreError();
  }

  absl::Status Save(const std::vector<std::pair<std::string, Tensor>>& tensors,
                    const std::string& prefix) {
    auto writer = BundleWriter::Create(env_, prefix);
    if (!writer.ok()) return writer.status();
    for (const auto& [name, t] : tensors) {
      if (absl::Status s = (*writer)->Add(name, t); !s.ok()) return s;
    }
    return (*writer)->Finish();
  }
  // OK if both tensors of SaveTwo are there and right.
  absl::Status CheckTwo() {
    auto reader = BundleReader::Open(env_, prefix_);
    if (!reader.ok()) return reader.status();
    for (const auto& [name, t] : two_) {
      auto got = (*reader)->Read(name);
      if (!got.ok()) return got.status();
      EXPECT_TRUE(got->BitwiseEquals(t)) << name;
    }
    return absl::OkStatus();
  }

  Env* const env_ = DefaultEnv();
  const std::string dir_, prefix_;
  const std::vector<std::pair<std::string, Tensor>> two_ = {
      {"a", Tensor::Of<float>(Shape{2, 2}, {1, 2, 3, 4})},
      {"s", Tensor::Vector<std::string>({"", "two", std::string(300, 'x')})},
  };
};

TEST_F(BundleTest, EveryTypeComesBack) {
  const std::vector<std::pair<std::string, Tensor>> tensors = {
      {"zz", Tensor::Scalar<bool>(true)},
      {"a/b", Tensor::Vector<int64_t>({1, -2})},
      {"empty", *Tensor::Create(DType::kFloat, Shape{0, 4})},
      {"h", Tensor::Vector<half>({half(1.5f)})},
      {"c", Tensor::Scalar<std::complex<float>>({1, 2})},
      {"text", Tensor::Of<std::string>(Shape{1, 2}, {"x", ""})},
      {"no text", *Tensor::Create(DType::kString, Shape{0})},
  };
  ASSERT_TRUE(Save(tensors, prefix_).ok());
  auto reader = BundleReader::Open(env_, prefix_);
  ASSERT_TRUE(reader.ok()) << reader.status();
  auto list = (*reader)->List();
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->size(), tensors.size());
  EXPECT_EQ(list->front().name, "a/b");
  for (const auto& [name, t] : tensors) {
    auto got = (*reader)->Read(name);
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_TRUE(got->BitwiseEquals(t)) << name;
    EXPECT_EQ((*reader)->Find(name)->shape, t.shape());
  }
  EXPECT_EQ((*reader)->Read("nothing").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(absl::StrContains((*reader)->Read("nothing").status().message(), "a/b"));
}

TEST_F(BundleTest, WhatCannotBeSavedIsRefused) {
  auto writer = BundleWriter::Create(env_, prefix_);
  ASSERT_TRUE(writer.ok());
  EXPECT_EQ((*writer)->Add("v", *Tensor::Create(DType::kVariant, Shape{1})).code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_TRUE((*writer)->Add("a", Tensor::Scalar(1)).ok());
  EXPECT_EQ((*writer)->Add("a", Tensor::Scalar(1)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ((*writer)->Add("", Tensor::Scalar(1)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(BundleWriter::Create(env_, dir_ + "/").status().code(),
            absl::StatusCode::kInvalidArgument);
  writer->reset();
  EXPECT_TRUE(env_->GetChildren(dir_)->empty());
}

TEST_F(BundleTest, SlicesArePutTogetherAndTakenApart) {
  const Tensor whole = Tensor::Of<int32_t>(Shape{3, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  auto writer = BundleWriter::Create(env_, prefix_);
  ASSERT_TRUE(writer.ok());
  const Shape full{3, 4};
  ASSERT_TRUE((*writer)
                  ->AddSlice("w", full, *TensorSlice::Parse("0,2:-"),
                             Tensor::Of<int32_t>(Shape{2, 4}, {0, 1, 2, 3, 4, 5, 6, 7}))
                  .ok());
  ASSERT_TRUE((*writer)
                  ->AddSlice("w", full, *TensorSlice::Parse("2,1:-"),
                             Tensor::Of<int32_t>(Shape{1, 4}, {8, 9, 10, 11}))
                  .ok());
  EXPECT_FALSE((*writer)
                   ->AddSlice("w", full, *TensorSlice::Parse("2,2:-"),
                              Tensor::Of<int32_t>(Shape{1, 4}, {8, 9, 10, 11}))
                   .ok());
  ASSERT_TRUE((*writer)->Finish().ok());
  auto reader = BundleReader::Open(env_, prefix_);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->List()->size(), 1u);
  auto read = (*reader)->Read("w");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->BitwiseEquals(whole)) << read->DebugString(12);
  auto part = (*reader)->ReadSlice("w", *TensorSlice::Parse("1,2:1,2"));
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_TRUE(part->BitwiseEquals(Tensor::Of<int32_t>(Shape{2, 2}, {5, 6, 9, 10})));
}

TEST_F(BundleTest, MergedBundlesHoldAllTensors) {
  ASSERT_TRUE(Save({two_[0]}, prefix_ + "_temp/part-0").ok());
  ASSERT_TRUE(Save({two_[1]}, prefix_ + "_temp/part-1").ok());
  ASSERT_TRUE(
      MergeBundles(env_, {prefix_ + "_temp/part-0", prefix_ + "_temp/part-1"}, prefix_).ok());
  EXPECT_TRUE(CheckTwo().ok()) << CheckTwo();
  EXPECT_TRUE(env_->GetChildren(prefix_ + "_temp")->empty());
  EXPECT_TRUE(*env_->FileExists(prefix_ + ".data-00001-of-00002"));
}

TEST_F(BundleTest, EveryFlippedBitIsFound) {
  ASSERT_TRUE(Save(two_, prefix_).ok());
  ASSERT_TRUE(CheckTwo().ok());
  for (const std::string& path : {BundleIndexPath(prefix_), BundleDataPath(prefix_, 0, 1)}) {
    const std::string good = *env_->ReadFileToString(path);
    for (size_t bit = 0; bit < good.size() * 8; bit += 7) {
      std::string bad = good;
      bad[bit / 8] ^= 1 << (bit % 8);
      ASSERT_TRUE(env_->WriteStringToFile(path, bad).ok());
      EXPECT_FALSE(CheckTwo().ok()) << path << " bit " << bit;
    }
    for (size_t n = 0; n < good.size(); n += 13) {
      ASSERT_TRUE(env_->WriteStringToFile(path, good.substr(0, n)).ok());
      EXPECT_EQ(CheckTwo().code(), absl::StatusCode::kDataLoss) << path << " cut at " << n;
    }
    ASSERT_TRUE(env_->WriteStringToFile(path, good).ok());
  }
}

TEST_F(BundleTest, AFailedSaveLeavesNothingUnderTheName) {
  for (const char* point : {"save:before_sync", "save:before_rename", "save:before_index"}) {
    SetFailpoint(point, FailpointAction::Return(absl::ResourceExhaustedError("disk full")));
    EXPECT_EQ(Save(two_, prefix_).code(), absl::StatusCode::kResourceExhausted) << point;
    EXPECT_FALSE(*env_->FileExists(BundleIndexPath(prefix_))) << point;
    ClearAllFailpoints();
  }
  EXPECT_TRUE(Save(two_, prefix_).ok());
  EXPECT_TRUE(CheckTwo().ok());
  const std::vector<std::string> files = *env_->GetChildren(dir_);
  for (const std::string& name : files) {
    EXPECT_FALSE(absl::StrContains(name, "tempstate")) << name;
  }
}

TEST(TensorSliceTest, ParsesWhatSaveV2Gives) {
  auto s = ShapeAndSlice::Parse("4 5 0,2:-");
  ASSERT_TRUE(s.ok()) << s.status();
  EXPECT_EQ(s->full_shape, (Shape{4, 5}));
  EXPECT_EQ(s->slice.ToString(), "0,2:-");
  EXPECT_EQ(*s->slice.SliceShape(s->full_shape), (Shape{2, 5}));
  EXPECT_TRUE(ShapeAndSlice::Parse("")->whole);
  for (absl::string_view bad : {"4", "4 5 0,2", "a 0,1", "4 x,2", "4 0,-1", "4 3,2", "4 0,2:-"}) {
    EXPECT_EQ(ShapeAndSlice::Parse(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace millrace
