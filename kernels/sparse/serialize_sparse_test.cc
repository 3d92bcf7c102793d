// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSerializeSparse(Registry& r);
absl::Status RegisterDeserializeSparse(Registry& r);
absl::Status RegisterSparseTensorsMap(Registry& r);

namespace {

using absl::StatusCode;

struct SerializeSparseTest : OpTest {
  SerializeSparseTest()
      : OpTest({RegisterSerializeSparse, RegisterDeserializeSparse, RegisterSparseTensorsMap}) {}

  // [["a", "bb"], [], ["c"]].
  static std::vector<OpInput> Rows() {
    return {Tensor::Of<int64_t>({3, 2}, {0, 0, 0, 1, 2, 0}),
            Tensor::Vector<std::string>({"a", "bb", "c"}), Tensor::Vector<int64_t>({3, 2})};
  }
  // Of other rows: [[], ["d"]], three wide.
  static std::vector<OpInput> Others() {
    return {Tensor::Of<int64_t>({1, 2}, {1, 2}), Tensor::Vector<std::string>({"d"}),
            Tensor::Vector<int64_t>({2, 3})};
  }
  static AttrMap Strings() { return {{"dtype", DType::kString}}; }
  static AttrMap Map(AttrMap attrs = {}) {
    attrs.Set("shared_name", "map");
    return attrs;
  }
  static Tensor Joined(const Tensor& a, const Tensor& b) {
    std::vector<std::string> all(a.flat<std::string>().begin(), a.flat<std::string>().end());
    all.insert(all.end(), b.flat<std::string>().begin(), b.flat<std::string>().end());
    return Tensor::Of<std::string>({2, 3}, absl::MakeConstSpan(all));
  }
  // Both, one over the other.
  static std::vector<Tensor> Both() {
    return {Tensor::Of<int64_t>({4, 3}, {0, 0, 0, 0, 0, 1, 0, 2, 0, 1, 1, 2}),
            Tensor::Vector<std::string>({"a", "bb", "c", "d"}), Tensor::Vector<int64_t>({2, 3, 3})};
  }
};

TEST_F(SerializeSparseTest, BytesAreTensorFlows) {
  const Tensor values = Run1("SerializeSparse", Rows());
  EXPECT_EQ(values.data<std::string>()[1],
            std::string("\x08\x07\x12\x04\x12\x02\x08\x03\x22\x07\x01\x02\x01"
                        "abbc",
                        17));
  EXPECT_EQ(values.data<std::string>()[2],
            std::string("\x08\x09\x12\x04\x12\x02\x08\x02\x22\x10\x03\0\0\0\0\0\0\0\x02\0\0\0\0\0\0"
                        "\0",
                        26));
}

TEST_F(SerializeSparseTest, ComesBack) {
  for (const DType form : {DType::kString, DType::kVariant}) {
    AttrMap attrs = Strings();
    const Tensor many = Run1("SerializeManySparse", Rows(), {{"out_type", form}});
    EXPECT_EQ(many.shape(), Shape({3, 3}));
    EXPECT_OUTPUTS_NEAR(
        Run("DeserializeSparse", {many}, attrs),
        std::vector<Tensor>({Rows()[0].tensor, Rows()[1].tensor, Rows()[2].tensor}));
    EXPECT_OUTPUTS_NEAR(
        Run("DeserializeSparse", {Run1("SerializeSparse", Rows(), {{"out_type", form}})}, attrs),
        std::vector<Tensor>({Rows()[0].tensor, Rows()[1].tensor, Rows()[2].tensor}));
  }
  EXPECT_OUTPUTS_NEAR(
      Run("DeserializeManySparse",
          {Joined(Run1("SerializeSparse", Rows()), Run1("SerializeSparse", Others()))}, Strings()),
      Both());
}

TEST_F(SerializeSparseTest, WaitsInMaps) {
  EXPECT_TENSOR_EQ(Run1("AddSparseToTensorsMap", Rows(), Map()), Tensor::Scalar<int64_t>(0));
  EXPECT_TENSOR_EQ(Run1("AddSparseToTensorsMap", Others(), Map()), Tensor::Scalar<int64_t>(1));
  EXPECT_TENSOR_EQ(Run1("AddManySparseToTensorsMap", Rows(), Map()),
                   Tensor::Vector<int64_t>({2, 4, 3}));
  const auto take = [this](std::initializer_list<int64_t> handles) {
    return Run("TakeManySparseFromTensorsMap", {Tensor::Vector<int64_t>(handles)}, Map(Strings()));
  };
  EXPECT_OUTPUTS_NEAR(take({0, 1}), Both());
  EXPECT_EQ(take({0}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(take({}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_OUTPUTS_NEAR(take({2, 4, 3}),
                      std::vector<Tensor>({Rows()[0].tensor, Rows()[1].tensor, Rows()[2].tensor}));
}

TEST_F(SerializeSparseTest, Refuses) {
  const StatusCode bad = StatusCode::kInvalidArgument;
  const Tensor one = Run1("SerializeSparse", Rows());
  EXPECT_EQ(Code("DeserializeSparse", {one}, {{"dtype", DType::kFloat}}), bad);
  EXPECT_EQ(Code("DeserializeSparse", {Tensor::Vector<std::string>({"x", "y", "z"})}, Strings()),
            bad);
  EXPECT_EQ(Code("DeserializeSparse", {Tensor::Vector<std::string>({"x", "y"})}, Strings()), bad);
  EXPECT_EQ(Code("DeserializeSparse", {Tensor::Of<std::string>({0, 3}, {})}, Strings()), bad);
  const std::vector<OpInput> vector = {Tensor::Of<int64_t>({1, 1}, {0}),
                                       Tensor::Vector<std::string>({"v"}),
                                       Tensor::Vector<int64_t>({2})};
  EXPECT_EQ(Code("SerializeManySparse", vector), bad);
  EXPECT_EQ(
      Code("DeserializeManySparse", {Joined(one, Run1("SerializeSparse", vector))}, Strings()),
      bad);
  std::vector<OpInput> unordered = Rows();
  unordered[0] = Tensor::Of<int64_t>({3, 2}, {0, 1, 0, 0, 2, 0});
  EXPECT_EQ(Code("SerializeManySparse", unordered), bad);
  EXPECT_EQ(Code("AddManySparseToTensorsMap", unordered, Map()), bad);
}

}  // namespace
}  // namespace millrace
