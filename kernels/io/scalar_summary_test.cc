// The summary ops, scalar and others, and their merging.
#include "kernels/testing/op_test.h"
#include "protos/summary.pb.h"

namespace millrace {

absl::Status RegisterScalarSummary(Registry& r);
absl::Status RegisterHistogramSummary(Registry& r);
absl::Status RegisterMergeSummary(Registry& r);
absl::Status RegisterTensorSummary(Registry& r);

namespace {

struct SummaryTest : OpTest {
  SummaryTest()
      : OpTest({RegisterScalarSummary, RegisterHistogramSummary, RegisterMergeSummary,
                RegisterTensorSummary}) {}
  static Summary Parse(const Tensor& t) {
    Summary summary;
    EXPECT_TRUE(summary.ParseFromString(t.scalar<std::string>()));
    return summary;
  }
};

TEST_F(SummaryTest, ScalarsBecomePoints) {
  const Summary s = Parse(Run1("ScalarSummary", {Tensor::Vector<std::string>({"a", "b"}),
                                                 Tensor::Vector<int32_t>({3, -4})}));
  ASSERT_EQ(s.value_size(), 2);
  EXPECT_EQ(s.value(1).tag(), "b");
  EXPECT_EQ(s.value(1).simple_value(), -4);
  EXPECT_EQ(
      Code("ScalarSummary", {Tensor::Vector<std::string>({"a", "b"}), Tensor::Vector<float>({1})}),
      absl::StatusCode::kInvalidArgument);
}

TEST_F(SummaryTest, HistogramCountsEveryValueOnce) {
  const Summary s = Parse(
      Run1("HistogramSummary", {Tensor::Scalar("h"), Tensor::Vector<float>({-1, 0, 0.5, 0.5, 2})}));
  const auto& h = s.value(0).histo();
  EXPECT_EQ(h.min(), -1);
  EXPECT_EQ(h.max(), 2);
  EXPECT_EQ(h.num(), 5);
  EXPECT_EQ(h.sum(), 2);
  EXPECT_EQ(h.sum_squares(), 5.5);
  double total = 0;
  for (int i = 0; i < h.bucket_size(); ++i) {
    total += h.bucket(i);
    if (i > 0) {
      EXPECT_GT(h.bucket_limit(i), h.bucket_limit(i - 1));
    }
  }
  EXPECT_EQ(total, 5);
  EXPECT_EQ(Code("HistogramSummary", {Tensor::Scalar("h"), Tensor::Scalar(std::nanf(""))}),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(SummaryTest, MergingKeepsAllAndRefusesTwins) {
  const Tensor a = Run1("ScalarSummary", {Tensor::Scalar("a"), Tensor::Scalar(1.f)});
  const Tensor b = Run1("ScalarSummary", {Tensor::Scalar("b"), Tensor::Scalar(2.f)});
  EXPECT_EQ(Parse(Run1("MergeSummary", {a, b}, {{"N", 2}})).value_size(), 2);
  EXPECT_EQ(Code("MergeSummary", {a, a}, {{"N", 2}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("MergeSummary", {Tensor::Scalar("\xff")}, {{"N", 1}}),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(SummaryTest, TensorsGoAsTheyAre) {
  SummaryMetadata metadata;
  metadata.mutable_plugin_data()->set_plugin_name("text");
  const Summary s =
      Parse(Run1("TensorSummaryV2", {Tensor::Scalar("t"), Tensor::Vector<std::string>({"a", "b"}),
                                     Tensor::Scalar(metadata.SerializeAsString())}));
  EXPECT_EQ(s.value(0).tag(), "t");
  EXPECT_EQ(s.value(0).metadata().plugin_data().plugin_name(), "text");
  EXPECT_EQ(s.value(0).tensor().string_val_size(), 2);
  EXPECT_EQ(
      Code("TensorSummaryV2", {Tensor::Scalar("t"), Tensor::Scalar(1.f), Tensor::Scalar("\xff")}),
      absl::StatusCode::kInvalidArgument);
}

TEST_F(SummaryTest, TheOlderFormOfTensorsHasTheNodesName) {
  const Summary s = Parse(Run1("TensorSummary", {Tensor::Vector<float>({1, 2})}));
  EXPECT_EQ(s.value(0).node_name(), "TensorSummary");
  EXPECT_EQ(s.value(0).tensor().tensor_shape().dim(0).size(), 2);
}

}  // namespace
}  // namespace millrace
