#include "core/tensor/shape.h"

#include <vector>

#include "gtest/gtest.h"

namespace millrace {
namespace {

constexpr int64_t kHuge = int64_t{1} << 62;

absl::StatusCode CodeOf(std::vector<int64_t> dims) { return Shape::Create(dims).status().code(); }

TEST(ShapeTest, CountsElements) {
  EXPECT_EQ(Shape().num_elements(), 1);
  EXPECT_EQ(Shape({}).rank(), 0);
  EXPECT_EQ(Shape({2, 3, 4}).num_elements(), 24);
  EXPECT_EQ(Shape({2, 0, 4}).num_elements(), 0);
  EXPECT_EQ(Shape::Create({kHuge}).value().num_elements(), kHuge);
}

TEST(ShapeTest, RefusesBadDimensions) {
  EXPECT_EQ(CodeOf({-1}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf({2, -3}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf({kHuge, 2}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf({int64_t{1} << 32, int64_t{1} << 31}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf({3037000500, 3037000500}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf({3037000499, 3037000499}), absl::StatusCode::kOk);
  // Strides of the dimensions beside an empty one must not overflow either, wherever it stands.
  EXPECT_EQ(CodeOf({0, kHuge, 4}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf({kHuge, 4, 0}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(std::vector<int64_t>(254, 1)), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(std::vector<int64_t>(255, 1)), absl::StatusCode::kInvalidArgument);
}

TEST(ShapeTest, ABrokenContractNeverLooksSmall) {
  const std::vector<int64_t> dims = {kHuge, 4};
  EXPECT_EQ(Shape(absl::MakeConstSpan(dims)).num_elements(), INT64_MAX);
}

TEST(ShapeTest, ChangesAreCheckedAndUndone) {
  Shape s({2, 3});
  EXPECT_TRUE(s.AddDim(4).ok());
  EXPECT_EQ(s, Shape({2, 3, 4}));
  EXPECT_TRUE(s.InsertDim(0, 5).ok());
  EXPECT_EQ(s, Shape({5, 2, 3, 4}));
  EXPECT_EQ(s.num_elements(), 120);
  EXPECT_FALSE(s.AddDim(kHuge).ok());
  EXPECT_FALSE(s.SetDim(1, -1).ok());
  EXPECT_FALSE(s.SetDim(1, kHuge).ok());
  EXPECT_EQ(s, Shape({5, 2, 3, 4}));
  EXPECT_EQ(s.num_elements(), 120);
  EXPECT_TRUE(s.SetDim(1, 0).ok());
  EXPECT_EQ(s.num_elements(), 0);
  s.RemoveDim(1);
  EXPECT_EQ(s, Shape({5, 3, 4}));
  EXPECT_EQ(s.num_elements(), 60);
}

TEST(ShapeTest, Prints) {
  EXPECT_EQ(Shape().ToString(), "[]");
  EXPECT_EQ(Shape({2, 3}).ToString(), "[2,3]");
  EXPECT_EQ(PartialShape::Of({2, -1}).ToString(), "[2,?]");
  EXPECT_EQ(PartialShape::Unknown().ToString(), "<unknown>");
  EXPECT_EQ(PartialShape::Scalar().ToString(), "[]");
}

TEST(PartialShapeTest, KnowsWhatIsKnown) {
  EXPECT_EQ(PartialShape().rank(), -1);
  EXPECT_FALSE(PartialShape().fully_defined());
  EXPECT_EQ(PartialShape::UnknownOfRank(2), PartialShape::Of({-1, -1}));
  EXPECT_TRUE(PartialShape(Shape({2, 3})).fully_defined());
  EXPECT_EQ(PartialShape::Of({2, 3}).num_elements(), 6);
  EXPECT_EQ(PartialShape::Of({2, -1}).num_elements(), -1);
  EXPECT_EQ(PartialShape::Of({kHuge, 4}).num_elements(), -1);
  EXPECT_EQ(PartialShape::Of({2, 3}).ToShape(), Shape({2, 3}));
  EXPECT_NE(PartialShape::Scalar(), PartialShape::Unknown());
  PartialShape unknown;
  unknown.AddDim(3);
  EXPECT_EQ(unknown, PartialShape::Unknown());
}

TEST(PartialShapeTest, CreateChecks) {
  EXPECT_TRUE(PartialShape::Create({-1, 3}).ok());
  EXPECT_EQ(PartialShape::Create({-2}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(PartialShape::Create({kHuge, -1, 4}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(PartialShapeTest, Compatibility) {
  const PartialShape a = PartialShape::Of({2, -1});
  EXPECT_TRUE(a.IsCompatibleWith(Shape({2, 7})));
  EXPECT_FALSE(a.IsCompatibleWith(Shape({3, 7})));
  EXPECT_FALSE(a.IsCompatibleWith(Shape({2})));
  EXPECT_TRUE(a.IsCompatibleWith(PartialShape::Unknown()));
  EXPECT_TRUE(PartialShape::Unknown().IsCompatibleWith(Shape({9})));
  EXPECT_TRUE(a.IsCompatibleWith(PartialShape::Of({-1, 3})));
  EXPECT_FALSE(a.IsCompatibleWith(PartialShape::Of({3, -1})));
}

TEST(PartialShapeTest, MergeSaysAllThatBothSay) {
  const PartialShape a = PartialShape::Of({2, -1});
  EXPECT_EQ(*a.MergeWith(PartialShape::Of({-1, 3})), PartialShape::Of({2, 3}));
  EXPECT_EQ(*a.MergeWith(PartialShape::Unknown()), a);
  EXPECT_EQ(*PartialShape::Unknown().MergeWith(a), a);
  const absl::Status bad = PartialShape::Of({2}).MergeWith(PartialShape::Of({3})).status();
  EXPECT_EQ(bad.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(bad.message(), "Shapes [2] and [3] are incompatible");
  EXPECT_FALSE(PartialShape::Of({kHuge, -1}).MergeWith(PartialShape::Of({-1, 4})).ok());
}

}  // namespace
}  // namespace millrace
