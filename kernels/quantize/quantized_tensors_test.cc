// Pooling, joining and adding of quantised numbers. Values are held against TensorFlow's in
// tests/conformance; here closed forms and bad input.
#include "gtest/gtest.h"
#include "kernels/quantize/register_quantize.h"
#include "kernels/testing/op_test.h"

namespace millrace {
namespace {

using absl::StatusCode;

Tensor Bytes(const Shape& shape, const std::vector<uint8_t>& values) {
  return *Tensor::Of<uint8_t>(shape, values).Bitcast(DType::kQUInt8, shape);
}
Tensor F(float v) { return Tensor::Scalar<float>(v); }

struct QuantizedTensorsTest : OpTest {
  QuantizedTensorsTest() : OpTest({RegisterQuantizeKernels}) {}

  // The integers of output 0, of a test that fails where there are none.
  template <typename T>
  std::vector<int64_t> Integers(absl::string_view op, std::vector<OpInput> inputs,
                                AttrMap attrs = {}) {
    const auto out = Run(op, std::move(inputs), std::move(attrs));
    EXPECT_TRUE(out.ok()) << op << ": " << out.status();
    if (!out.ok()) return {};
    low = (*out)[1].scalar<float>();
    high = (*out)[2].scalar<float>();
    const T* const data = static_cast<const T*>((*out)[0].raw_data());
    return std::vector<int64_t>(data, data + (*out)[0].num_elements());
  }

  float low = 0, high = 0;  // the ends of the range that came with them
};

using Numbers = std::vector<int64_t>;

TEST_F(QuantizedTensorsTest, PoolsIntegers) {
  const Tensor image = Bytes(Shape({1, 2, 3, 1}), {1, 2, 200, 4, 6, 7});
  const auto pool = [&](const char* op, const char* padding) {
    const std::vector<int64_t> window = {1, 2, 2, 1}, strides = {1, 1, 2, 1};
    return Integers<uint8_t>(op, {image, F(-1), F(3)},
                             {{"ksize", window}, {"strides", strides}, {"padding", padding}});
  };
  EXPECT_EQ(pool("QuantizedMaxPool", "VALID"), Numbers({6}));
  EXPECT_EQ(pool("QuantizedAvgPool", "VALID"), Numbers({3}));  // 13 / 4
  EXPECT_EQ(pool("QuantizedMaxPool", "SAME"), Numbers({6, 200, 6, 7}));
  EXPECT_EQ(pool("QuantizedAvgPool", "SAME"), Numbers({3, 103, 5, 7}));
  EXPECT_EQ(low, -1);
  EXPECT_EQ(high, 3);
  EXPECT_EQ(Code("QuantizedMaxPool", {Bytes(Shape({2, 3}), {1, 2, 3, 4, 5, 6}), F(0), F(1)},
                 {{"ksize", std::vector<int64_t>{1, 1, 1, 1}},
                  {"strides", std::vector<int64_t>{1, 1, 1, 1}},
                  {"padding", "VALID"}}),
            StatusCode::kInvalidArgument);
}

TEST_F(QuantizedTensorsTest, JoinsInARangeForAll) {
  const auto join = [&](int32_t axis, float low2, float high2) {
    return Integers<uint8_t>("QuantizedConcat",
                             {Tensor::Scalar<int32_t>(axis), Bytes(Shape({2, 1}), {255, 0}),
                              Bytes(Shape({2, 1}), {0, 255}), F(0), F(low2), F(2.55f), F(high2)},
                             {{"N", 2}});
  };
  EXPECT_EQ(join(0, 0, 2.55f), Numbers({255, 0, 0, 255}));
  EXPECT_EQ(join(1, 0, 2.55f), Numbers({255, 0, 0, 255}));
  EXPECT_EQ(join(-1, -2.55f, 0), Numbers({255, 0, 128, 128}));
  EXPECT_EQ(low, -2.55f);
  EXPECT_EQ(high, 2.55f);
  EXPECT_EQ(Code("QuantizedConcat",
                 {Tensor::Scalar<int32_t>(1), Bytes(Shape({2, 1}), {1, 2}),
                  Bytes(Shape({1, 1}), {1}), F(0), F(0), F(1), F(1)},
                 {{"N", 2}}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QuantizedConcat",
                 {Tensor::Scalar<int32_t>(0), Tensor::Vector<std::string>({"a"}),
                  Tensor::Vector<std::string>({"b"}), F(0), F(0), F(1), F(1)},
                 {{"N", 2}}),
            StatusCode::kInvalidArgument);
}

// From -1 to 1.55 in steps of 0.01: 100 stands for 0.
TEST_F(QuantizedTensorsTest, AddsAndMultipliesIn32Bits) {
  const Tensor x = Bytes(Shape({2, 2}), {110, 90, 100, 255}), y = Bytes(Shape({2}), {90, 103});
  const auto run = [&](const char* op) {
    return Integers<int32_t>(op, {x, y, F(-1), F(1.55f), F(-1), F(1.55f)});
  };
  EXPECT_EQ(run("QuantizedMul"), Numbers({-100, -30, 0, 155 * 3}));
  EXPECT_NEAR(high, 1e-4 * 2147483647.0, 1);
  const double sums[] = {0, -0.07, -0.1, 1.58};
  const auto expect_sums = [&](const Numbers& added, float most) {
    ASSERT_EQ(added.size(), 4u);
    EXPECT_EQ(high, most);
    for (int i = 0; i < 4; ++i) EXPECT_NEAR(added[i] * (high / 2147483647.0), sums[i], 5e-3) << i;
  };
  expect_sums(run("QuantizedAdd"), 1.55f * (1 << 14));

  const std::vector<OpInput> inputs = {x, y, F(-1), F(1.55f), F(-1), F(1.55f)};
  const AttrMap attrs = {{"out_type", DType::kQInt32}};
  expect_sums(Integers<int32_t>("QuantizedBiasAdd", inputs, attrs), 1.55f * (1 << 17));
  std::vector<OpInput> wrong = inputs;
  wrong[1] = Bytes(Shape({3}), {1, 2, 3});
  EXPECT_EQ(Code("QuantizedBiasAdd", wrong, attrs), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QuantizedAdd", wrong), StatusCode::kInvalidArgument);
  wrong = {y, y, F(-1), F(1.55f), F(-1), F(1.55f)};
  EXPECT_EQ(Code("QuantizedBiasAdd", wrong, attrs), StatusCode::kInvalidArgument);
  wrong = inputs;
  wrong[3] = Tensor::Vector<float>({1, 2});
  EXPECT_EQ(Code("QuantizedMul", wrong), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
