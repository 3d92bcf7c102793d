#include "core/eager/context.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "core/eager/eager_op.h"
#include "core/eager/eager_test_ops.h"

namespace millrace {
namespace {

class ContextTest : public ::testing::Test {
 protected:
  ContextTest() : context_(&EagerTestOps(), DeviceSet::Local()) {}

  absl::StatusOr<Tensor> One(absl::string_view op, std::vector<Tensor> inputs, AttrMap attrs = {},
                             absl::string_view device = "") {
    auto outputs = context_.Execute(op, inputs, attrs, device);
    if (!outputs.ok()) return outputs.status();
    if (outputs->empty()) return Tensor();
    return (*outputs)[0];
  }

  EagerContext context_;
};

TEST_F(ContextTest, RunsAnOp) {
  const Tensor x = Tensor::Vector<float>({1, 2, 3});
  auto y = One("Mul", {x, x});
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_TRUE(y->BitwiseEquals(Tensor::Vector<float>({1, 4, 9})));
  // Inputs that the caller still holds are not written to.
  EXPECT_TRUE(x.BitwiseEquals(Tensor::Vector<float>({1, 2, 3})));
}

TEST_F(ContextTest, ErrorsNameOpAndShapes) {
  const auto bad = One("Mul", {Tensor::Vector<float>({1, 2}), Tensor::Scalar<float>(1)});
  EXPECT_EQ(bad.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(bad.status().message(), "[Mul] of (float[2], float[])"));
  EXPECT_EQ(One("Nonesuch", {}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(One("Neg", {}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(One("Neg", {Tensor::Scalar<double>(1)}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(One("Neg", {Tensor()}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(One("Fail", {Tensor::Scalar<float>(1)}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(One("Placeholder", {}, {{"dtype", DType::kFloat}}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ContextTest, Devices) {
  const Tensor x = Tensor::Scalar<float>(1);
  EXPECT_TRUE(One("Neg", {x}, {}, "/device:CPU:0").ok());
  EXPECT_TRUE(One("Neg", {x}, {}, "/job:localhost/replica:0/task:0/device:CPU:0").ok());
  EXPECT_EQ(One("Neg", {x}, {}, "/device:GPU:7").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(One("Neg", {x}, {}, "nonsense").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ContextTest, WaitsForAsyncKernels) {
  auto y = One("Later", {Tensor::Scalar<float>(5)});
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ(y->scalar<float>(), 5);
}

TEST_F(ContextTest, AKernelIsMadeOnce) {
  EXPECT_EQ(One("Count", {})->scalar<float>(), 1);
  EXPECT_EQ(One("Count", {})->scalar<float>(), 2);
  const DType types[] = {DType::kFloat};
  auto a = context_.Prepare("Neg", types, {}, context_.devices().host());
  auto b = context_.Prepare("Neg", types, {}, context_.devices().host());
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(*a, *b);
}

TEST_F(ContextTest, EverNewAttributesDoNotFillTheCache) {
  EXPECT_EQ(One("Count", {})->scalar<float>(), 1);
  for (int i = 0; i < 6000; ++i) {
    const auto c =
        One("Const", {}, {{"value", Tensor::Scalar<float>(i)}, {"dtype", DType::kFloat}});
    ASSERT_TRUE(c.ok() && c->scalar<float>() == i);
  }
  // What a stateful kernel holds is not forgotten.
  EXPECT_EQ(One("Count", {})->scalar<float>(), 2);
}

TEST_F(ContextTest, Variables) {
  auto handle = One("VarHandleOp", {}, {{"shared_name", "w"}});
  ASSERT_TRUE(handle.ok()) << handle.status();
  const AttrMap attrs{{"dtype", DType::kFloat}};
  EXPECT_EQ(One("ReadVariableOp", {*handle}, attrs).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(One("AssignVariableOp", {*handle, Tensor::Scalar<float>(7)}, attrs).ok());
  EXPECT_EQ(One("ReadVariableOp", {*handle}, attrs)->scalar<float>(), 7);
}

TEST_F(ContextTest, ManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 200; ++i) {
        const auto y = One("AddV2", {Tensor::Scalar<float>(t), Tensor::Scalar<float>(i)});
        EXPECT_TRUE(y.ok() && y->scalar<float>() == t + i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace millrace
