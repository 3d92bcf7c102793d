// Locks between steps: held as long as their value lives.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterMutex(Registry& r);

namespace {

struct MutexTest : OpTest {
  MutexTest() : OpTest({RegisterMutex}) {}
  const Tensor mutex_ = Run1("MutexV2", {}, {{"shared_name", "m"}});
};

TEST_F(MutexTest, IsFreeAgainOnceTheLockIsGone) {
  for (int i = 0; i < 3; ++i) {
    const Tensor lock = Run1("MutexLock", {mutex_});
    EXPECT_EQ(lock.dtype(), DType::kVariant);
  }
  EXPECT_TRUE(Run("ConsumeMutexLock", {Run1("MutexLock", {mutex_})}).ok());
  EXPECT_TRUE(Run("MutexLock", {mutex_}).ok());
}

TEST_F(MutexTest, Refuses) {
  EXPECT_EQ(Code("ConsumeMutexLock", {Tensor::Scalar(Variant())}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("MutexLock", {Tensor::Scalar<ResourceHandle>({})}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
