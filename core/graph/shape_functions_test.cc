#include <limits>
#include <random>

#include "core/graph/shape_inference.h"
#include "core/graph/test_ops.h"
#include "gtest/gtest.h"

namespace millrace {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr DType kF = DType::kFloat;

PartialShape S(std::initializer_list<int64_t> dims) { return PartialShape::Of(dims); }
const PartialShape kUnknown;

// The shape of `op`'s first output, or the error's text.
class ShapeFunctionsTest : public testing::Test {
 protected:
  std::string Infer(absl::string_view op, std::vector<Endpoint> inputs, AttrMap attrs = {}) {
    Graph::NodeArgs args;
    args.op = std::string(op);
    args.uniquify = true;
    args.inputs.assign(inputs.begin(), inputs.end());
    args.attrs = std::move(attrs);
    const absl::StatusOr<Node*> node = g_.AddNode(std::move(args));
    if (node.ok()) return (*node)->output_shape(0).ToString();
    EXPECT_EQ(node.status().code(), kInvalid);
    return std::string(node.status().message());
  }
  Endpoint F(PartialShape shape) { return Placeholder(g_, kF, std::move(shape)); }
  bool Refused(const std::string& result) { return result.find("node '") == 0; }

  Graph g_{&TestOps()};
};

TEST_F(ShapeFunctionsTest, MatMul) {
  EXPECT_EQ(Infer("MatMul", {F(S({2, 3})), F(S({3, 5}))}), "[2,5]");
  EXPECT_EQ(Infer("MatMul", {F(S({-1, 3})), F(S({-1, 5}))}), "[?,5]");
  EXPECT_EQ(Infer("MatMul", {F(kUnknown), F(S({3, 5}))}), "[?,5]");
  EXPECT_EQ(Infer("MatMul", {F(S({3, 2})), F(S({3, 5}))}, {{"transpose_a", true}}), "[2,5]");
  EXPECT_EQ(Infer("MatMul", {F(S({2, 3})), F(S({5, 3}))}, {{"transpose_b", true}}), "[2,5]");
  EXPECT_TRUE(Refused(Infer("MatMul", {F(S({2, 3})), F(S({4, 5}))})));
  EXPECT_NE(Infer("MatMul", {F(S({2})), F(S({2, 5}))})
                .find("Input 'a': Shape must be rank 2 but is rank 1"),
            std::string::npos);
}

TEST_F(ShapeFunctionsTest, Reduction) {
  const Endpoint x = F(S({2, 3, 4}));
  const auto sum = [&](Endpoint in, Endpoint axes, bool keep) {
    return Infer("Sum", {in, axes}, {{"keep_dims", keep}});
  };
  EXPECT_EQ(sum(x, Ints(g_, {0, 2}), false), "[3]");
  EXPECT_EQ(sum(x, Ints(g_, {-1}), false), "[2,3]");
  EXPECT_EQ(sum(x, Ints(g_, {1}), true), "[2,1,4]");
  EXPECT_EQ(sum(x, Ints(g_, {}), false), "[2,3,4]");
  EXPECT_EQ(sum(x, Ints(g_, {0, 1, 2}), false), "[]");
  EXPECT_EQ(sum(x, Const(g_, Tensor::Scalar<int64_t>(1)), false), "[2,4]");
  const Endpoint axes = Placeholder(g_, DType::kInt32, S({2}));
  EXPECT_EQ(sum(x, axes, false), "<unknown>");
  EXPECT_EQ(sum(x, axes, true), "[?,?,?]");
  EXPECT_EQ(sum(F(kUnknown), Ints(g_, {0}), false), "<unknown>");
  EXPECT_NE(
      sum(x, Ints(g_, {3}), false).find("Input 'reduction_indices': Invalid reduction dimension 3"),
      std::string::npos);
  EXPECT_TRUE(Refused(sum(x, Ints(g_, {-4}), false)));
  EXPECT_TRUE(Refused(sum(x, Const(g_, Tensor::Of<int32_t>(Shape({1, 1}), {0})), false)));
}

TEST_F(ShapeFunctionsTest, Merge) {
  EXPECT_EQ(Infer("MergeAll", {F(S({-1, 3})), F(kUnknown), F(S({2, -1}))}), "[2,3]");
  EXPECT_NE(Infer("MergeAll", {F(S({2})), F(S({3}))}).find("Input 'xs[1]': Shapes [2] and [3]"),
            std::string::npos);
}

TEST_F(ShapeFunctionsTest, InputsReadAsShapes) {
  const Endpoint x = F(kUnknown);
  EXPECT_EQ(Infer("Reshape", {x, Ints(g_, {-1, 784})}), "[?,784]");
  EXPECT_EQ(Infer("Reshape", {x, Ints(g_, {})}), "[]");
  EXPECT_EQ(Infer("Reshape", {x, Const(g_, Tensor::Scalar<int32_t>(-1))}), "<unknown>");
  EXPECT_EQ(Infer("Reshape", {x, Placeholder(g_, DType::kInt32, S({3}))}), "[?,?,?]");
  EXPECT_EQ(Infer("Reshape", {x, Placeholder(g_, DType::kInt32)}), "<unknown>");
  EXPECT_TRUE(Refused(Infer("Reshape", {x, Ints(g_, {-2})})));
  EXPECT_TRUE(Refused(Infer("Reshape", {x, Const(g_, Tensor::Scalar<int32_t>(3))})));
  EXPECT_TRUE(Refused(Infer("Reshape", {x, Placeholder(g_, DType::kInt32, S({2, 2}))})));
  EXPECT_TRUE(Refused(Infer("Reshape", {x, Placeholder(g_, DType::kInt32, S({1000}))})));
  EXPECT_TRUE(Refused(Infer("Reshape", {x, Const(g_, Tensor::Vector<int64_t>({kMax, 4}))})));
}

TEST(BroadcastTest, ClosedForms) {
  const auto text = [](const PartialShape& a, const PartialShape& b) {
    const absl::StatusOr<PartialShape> s = BroadcastShapes(a, b);
    const absl::StatusOr<PartialShape> other_way = BroadcastShapes(b, a);
    EXPECT_EQ(s.ok(), other_way.ok());
    if (!s.ok()) return std::string(s.status().message());
    EXPECT_EQ(*s, *other_way);
    return s->ToString();
  };
  EXPECT_EQ(text(S({2, 3}), S({3})), "[2,3]");
  EXPECT_EQ(text(S({2, 1}), S({1, 5})), "[2,5]");
  EXPECT_EQ(text(S({}), S({4})), "[4]");
  EXPECT_EQ(text(S({0}), S({1})), "[0]");
  EXPECT_EQ(text(S({-1, 3}), S({2, 1})), "[2,3]");
  EXPECT_EQ(text(S({-1}), S({1})), "[?]");
  EXPECT_EQ(text(S({-1}), S({-1})), "[?]");
  EXPECT_EQ(text(kUnknown, S({2})), "<unknown>");
  EXPECT_EQ(text(S({2, 3}), S({4})), "Incompatible shapes: [2,3] vs. [4]");
  EXPECT_EQ(text(S({0}), S({2})), "Incompatible shapes: [0] vs. [2]");
  EXPECT_FALSE(BroadcastShapes(S({kMax, 1}), S({1, kMax})).ok());
}

// What is inferred of partial shapes must hold for every way of filling them in.
TEST(BroadcastTest, PartialAgreesWithFull) {
  std::mt19937 rng(1);
  const auto random_shape = [&rng] {
    DimVector dims;
    for (int i = static_cast<int>(rng() % 4); i > 0; --i) dims.push_back(rng() % 3);
    return PartialShape::Create(dims).value();
  };
  for (int i = 0; i < 5000; ++i) {
    PartialShape a = random_shape(), b = random_shape();
    const absl::StatusOr<PartialShape> full = BroadcastShapes(a, b);
    for (PartialShape* s : {&a, &b}) {
      for (int d = 0; d < s->rank(); ++d) {
        if (rng() % 2) s->SetDim(d, -1);
      }
    }
    const absl::StatusOr<PartialShape> partial = BroadcastShapes(a, b);
    if (!full.ok()) continue;
    ASSERT_TRUE(partial.ok()) << a.ToString() << b.ToString();
    EXPECT_TRUE(partial->IsCompatibleWith(*full)) << a.ToString() << b.ToString();
  }
}

struct Window {
  int64_t out = -2, before = 0, after = 0;
};

Window Of(int64_t size, int64_t window, int64_t dilation, int64_t stride, absl::string_view padding,
          int64_t before = 0, int64_t after = 0) {
  Window w{-2, before, after};
  const absl::StatusOr<int64_t> out =
      WindowedOutputSize(size, window, dilation, stride, padding, &w.before, &w.after);
  if (out.ok()) w.out = *out;
  if (!out.ok()) EXPECT_EQ(out.status().code(), kInvalid);
  return w;
}

// Windows that fit, counted one by one.
int64_t CountWindows(int64_t size, int64_t window, int64_t dilation, int64_t stride) {
  int64_t n = 0;
  for (int64_t start = 0; start + (window - 1) * dilation < size; start += stride) ++n;
  return n;
}

TEST(WindowedOutputSizeTest, CountsWindows) {
  for (int64_t size = 1; size < 12; ++size) {
    for (int64_t window = 1; window < 5; ++window) {
      for (int64_t dilation = 1; dilation < 3; ++dilation) {
        for (int64_t stride = 1; stride < 4; ++stride) {
          const int64_t fits = CountWindows(size, window, dilation, stride);
          const Window valid = Of(size, window, dilation, stride, "VALID");
          if (fits > 0) {
            EXPECT_EQ(valid.out, fits) << size << " " << window << " " << stride;
          } else {
            EXPECT_LE(valid.out, 0);
          }
          const Window padded = Of(size, window, dilation, stride, "EXPLICIT", 2, 1);
          const int64_t fits_padded = CountWindows(size + 3, window, dilation, stride);
          if (fits_padded > 0) EXPECT_EQ(padded.out, fits_padded);

          const Window same = Of(size, window, dilation, stride, "SAME");
          EXPECT_EQ(same.out, (size + stride - 1) / stride);
          EXPECT_EQ(CountWindows(size + same.before + same.after, window, dilation, stride),
                    same.out);
          EXPECT_TRUE(same.after == same.before || same.after == same.before + 1);
        }
      }
    }
  }
}

TEST(WindowedOutputSizeTest, UnknownAndEmpty) {
  EXPECT_EQ(Of(-1, 3, 1, 1, "SAME").out, -1);
  EXPECT_EQ(Of(-1, 3, 1, 1, "VALID").out, -1);
  EXPECT_EQ(Of(0, 3, 1, 1, "SAME").out, 0);
  EXPECT_EQ(Of(2, 3, 1, 1, "VALID").out, 0);
  EXPECT_EQ(Of(1, 3, 1, 1, "VALID").out, -2) << "negative";
}

TEST(WindowedOutputSizeTest, RefusesWhatMakesNoSense) {
  EXPECT_EQ(Of(5, 3, 1, 0, "SAME").out, -2);
  EXPECT_EQ(Of(5, 3, 0, 1, "SAME").out, -2);
  EXPECT_EQ(Of(5, -3, 1, 1, "SAME").out, -2);
  EXPECT_EQ(Of(-5, 3, 1, 1, "SAME").out, -2);
  EXPECT_EQ(Of(5, 3, 1, 1, "FULL").out, -2);
  EXPECT_EQ(Of(5, kMax, kMax, 1, "VALID").out, -2);
  EXPECT_EQ(Of(5, 3, 1, 1, "EXPLICIT", kMax, kMax).out, -2);
  EXPECT_EQ(Of(kMax, 1, 1, kMax, "VALID").out, 1);
  EXPECT_EQ(Of(kMax, kMax, 1, kMax, "SAME").out, 1);
}

TEST(ShapeContextTest, RefusesFunctionsThatGoBeyondTheNode) {
  const auto infer = [](ShapeFn fn) {
    OpSchema op;
    op.shape_fns = {fn};
    std::vector<PartialShape> shapes;
    std::vector<HandleData> handles;
    return InferShapes(op, "n", {}, {Endpoint()}, {kF}, {kF}, &shapes, &handles).code();
  };
  EXPECT_EQ(infer([](ShapeContext& c) {
              c.set_output(0, c.input(0));
              return absl::OkStatus();
            }),
            absl::StatusCode::kOk);
  EXPECT_EQ(infer([](ShapeContext& c) {
              c.set_output(1, c.input(0));
              return absl::OkStatus();
            }),
            kInvalid);
  EXPECT_EQ(infer([](ShapeContext& c) {
              EXPECT_EQ(c.input_type(1), DType::kInvalid);
              EXPECT_EQ(c.input_value(1), nullptr);
              EXPECT_FALSE(c.input_as_ints(1).has_value());
              c.set_output(0, c.input(1));
              return absl::OkStatus();
            }),
            kInvalid);
  EXPECT_EQ(infer([](ShapeContext& c) {
              c.set_output_handle(-1, HandleData());
              return absl::OkStatus();
            }),
            kInvalid);
}

TEST(ShapeContextTest, MergeDim) {
  EXPECT_EQ(ShapeContext::MergeDim(-1, 3).value(), 3);
  EXPECT_EQ(ShapeContext::MergeDim(3, -1).value(), 3);
  EXPECT_EQ(ShapeContext::MergeDim(3, 3).value(), 3);
  EXPECT_EQ(ShapeContext::MergeDim(3, 4).status().message(),
            "Dimensions must be equal, but are 3 and 4");
}

}  // namespace
}  // namespace millrace
