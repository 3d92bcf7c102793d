#include "core/graph/attr.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace millrace {
namespace {

constexpr auto kNotFound = absl::StatusCode::kNotFound;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// One value of every kind, in the order of AttrKind.
std::vector<Attr> OneOfEach() {
  FunctionRef f{"f", std::make_shared<const AttrMap>(AttrMap{{"T", DType::kFloat}})};
  return {Attr(),
          "text",
          3,
          0.5f,
          true,
          DType::kInt32,
          Shape({2, 3}),
          Tensor::Scalar<float>(1),
          f,
          std::vector<std::string>{"a", "b"},
          std::vector<int64_t>{1, 2},
          std::vector<float>{1, 2},
          std::vector<bool>{true, false},
          std::vector<DType>{DType::kFloat},
          std::vector<PartialShape>{PartialShape(), Shape({1})},
          std::vector<Tensor>{Tensor::Scalar<int32_t>(7)},
          std::vector<FunctionRef>{f},
          AttrPlaceholder{"T"}};
}

TEST(AttrTest, KindIsThatOfTheValue) {
  const std::vector<Attr> attrs = OneOfEach();
  for (size_t i = 0; i < attrs.size(); ++i) EXPECT_EQ(static_cast<size_t>(attrs[i].kind()), i);
  EXPECT_EQ(attrs.size(), std::variant_size_v<Attr::Storage>);
  EXPECT_EQ(AttrKindName(AttrKind::kListType), "list(type)");
  EXPECT_EQ(AttrKindName(AttrKind::kFunction), "func");
}

TEST(AttrTest, EqualityIsDeepAndAgreesWithHash) {
  const std::vector<Attr> a = OneOfEach(), b = OneOfEach();
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b.size(); ++j) EXPECT_EQ(a[i] == b[j], i == j) << i << " " << j;
    EXPECT_EQ(a[i].Hash(), b[i].Hash()) << a[i].DebugString();
  }
}

TEST(AttrTest, FloatsCompareBitwise) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(Attr(nan), Attr(nan));
  EXPECT_EQ(Attr(nan).Hash(), Attr(nan).Hash());
  EXPECT_NE(Attr(0.0f), Attr(-0.0f));
  EXPECT_EQ(Attr(std::vector<float>{nan}), Attr(std::vector<float>{nan}));
}

TEST(AttrTest, TensorsCompareByContent) {
  EXPECT_EQ(Attr(Tensor::Vector<float>({1, 2})), Attr(Tensor::Vector<float>({1, 2})));
  EXPECT_NE(Attr(Tensor::Vector<float>({1, 2})), Attr(Tensor::Vector<float>({1, 3})));
  EXPECT_EQ(Attr(Tensor::Scalar("x")).Hash(), Attr(Tensor::Scalar("x")).Hash());
  Tensor large = Tensor::CreateZeros(DType::kFloat, Shape({10000})).value();
  Tensor other = large.Clone().value();
  other.mutable_data<float>()[9999] = 1;  // Beyond what is hashed.
  EXPECT_EQ(Attr(large).Hash(), Attr(other).Hash());
  EXPECT_NE(Attr(large), Attr(other));
}

TEST(AttrTest, FunctionWithoutAttributesEqualsOneWithNone) {
  EXPECT_EQ(Attr(FunctionRef{"f", nullptr}), Attr(FunctionRef{"f", std::make_shared<AttrMap>()}));
  EXPECT_EQ(Attr(FunctionRef{"f", nullptr}).Hash(),
            Attr(FunctionRef{"f", std::make_shared<AttrMap>()}).Hash());
}

TEST(AttrTest, TextIsShort) {
  EXPECT_EQ(Attr("a\n").DebugString(), "\"a\\n\"");
  EXPECT_EQ(Attr(std::vector<int64_t>{1, 2}).DebugString(), "[1, 2]");
  EXPECT_EQ(Attr(std::vector<bool>{true}).DebugString(), "[true]");
  EXPECT_EQ(Attr(PartialShape::Of({2, -1})).DebugString(), "[2,?]");
  EXPECT_EQ(Attr(DType::kHalf).DebugString(), "half");
  EXPECT_LT(Attr(std::string(100000, 'x')).DebugString().size(), 200u);
  EXPECT_LT(Attr(std::vector<int64_t>(100000, 1)).DebugString().size(), 200u);
}

TEST(AttrMapTest, SetsFindsAndErases) {
  AttrMap m{{"a", 1}};
  m.Set("b", "x");
  m.Set("a", 2);
  EXPECT_EQ(m.size(), 2u);
  EXPECT_EQ(*m.Find("a"), Attr(2));
  m.Erase("a");
  m.Erase("none");
  EXPECT_FALSE(m.Has("a"));
  EXPECT_EQ(m.size(), 1u);
}

TEST(AttrMapTest, OrderDoesNotMatter) {
  const AttrMap a{{"x", 1}, {"y", 2}}, b{{"y", 2}, {"x", 1}}, swapped{{"x", 2}, {"y", 1}};
  EXPECT_TRUE(a == b);
  EXPECT_EQ(a.Hash(), b.Hash());
  EXPECT_FALSE(a == swapped);
}

TEST(AttrMapTest, GetIsTyped) {
  const AttrMap m{{"i", 3},
                  {"big", int64_t{1} << 40},
                  {"s", "text"},
                  {"t", Tensor::Scalar<float>(2)},
                  {"is", std::vector<int64_t>{1, 2}},
                  {"bigs", std::vector<int64_t>{1, int64_t{1} << 40}}};
  int64_t i64 = 0;
  int i = 0;
  std::string s;
  Tensor t;
  std::vector<int> is;
  EXPECT_TRUE(m.Get("i", &i64).ok() && m.Get("i", &i).ok() && m.Get("s", &s).ok());
  EXPECT_TRUE(m.Get("t", &t).ok() && m.Get("is", &is).ok());
  EXPECT_EQ(i64, 3);
  EXPECT_EQ(i, 3);
  EXPECT_EQ(s, "text");
  EXPECT_EQ(t.scalar<float>(), 2);
  EXPECT_EQ(is, (std::vector<int>{1, 2}));
  EXPECT_EQ(m.Get("none", &i).code(), kNotFound);
  EXPECT_EQ(m.Get("big", &i).code(), kInvalid);
  EXPECT_EQ(m.Get("bigs", &is).code(), kInvalid);
  EXPECT_EQ(is.size(), 2u) << "kept on failure";
  const absl::Status wrong = m.Get("s", &i64);
  EXPECT_EQ(wrong.code(), kInvalid);
  EXPECT_EQ(wrong.message(), "Attribute 's' is of kind string, not int");
}

}  // namespace
}  // namespace millrace
