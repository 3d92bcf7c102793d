// Variables of one step. As TensorFlow 2.21 does.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterAssign(Registry& r);
absl::Status RegisterTemporaryVariable(Registry& r);

namespace {

struct TemporaryVariableTest : OpTest {
  TemporaryVariableTest() : OpTest({RegisterAssign, RegisterTemporaryVariable}) {}

  Tensor Make() {
    return Run1("TemporaryVariable", {},
                {{"shape", PartialShape::Of({2})}, {"dtype", DType::kFloat}, {"var_name", "t"}});
  }
  static OpInput Ref(Tensor handle) { return OpInput(std::move(handle), RefType(DType::kFloat)); }
};

TEST_F(TemporaryVariableTest, IsDestroyedWithItsValue) {
  for (int step = 0; step < 2; ++step) {
    const Tensor handle = Make();
    Run1("Assign", {Ref(handle), Tensor::Vector<float>({1, 2})});
    EXPECT_TENSOR_EQ(Run1("DestroyTemporaryVariable", {Ref(handle)}, {{"var_name", "t"}}),
                     Tensor::Vector<float>({1, 2}));
    EXPECT_NE(Code("DestroyTemporaryVariable", {Ref(handle)}, {{"var_name", "t"}}),
              absl::StatusCode::kOk);
  }
}

TEST_F(TemporaryVariableTest, Refuses) {
  const Tensor handle = Make();
  EXPECT_EQ(Code("DestroyTemporaryVariable", {Ref(handle)}, {{"var_name", "other"}}),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(
      Code("TemporaryVariable", {}, {{"shape", PartialShape::Of({-1})}, {"dtype", DType::kFloat}}),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
