// The fixture of op tests.
//
//   absl::Status RegisterNeg(Registry& r);  // the op's file defines it
//   namespace {
//   struct NegTest : OpTest { NegTest() : OpTest({RegisterNeg}) {} };
//   TEST_F(NegTest, NegatesFloats) {
//     EXPECT_TENSOR_EQ(Run1("Neg", {Tensor::Vector<float>({1, -2})}), Tensor::Vector<float>({-1,
//     2}));
//   }
//   TEST_F(NegTest, RefusesStrings) { EXPECT_EQ(Code("Neg", {Tensor::Scalar("x")}),
//   absl::StatusCode::kInvalidArgument); } }  // namespace
//
// Test files are also linked, all together, into //tests/gradients: keep everything in an unnamed
// namespace.
#pragma once

#include <initializer_list>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/graph/attr.h"
#include "core/graph/registry.h"
#include "core/runtime/device.h"
#include "core/runtime/resource.h"
#include "core/tensor/tensor.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_runner.h"
#include "kernels/testing/tensor_matchers.h"

namespace millrace {

class OpTest : public testing::Test {
 protected:
  using RegisterFn = absl::Status (*)(Registry&);
  explicit OpTest(std::initializer_list<RegisterFn> ops);
  ~OpTest() override;

  // The outputs of `op`; an error of the graph's checks or of the kernel is returned.
  //
  // On the way, test failures report: a shape function that contradicts the kernel (it refuses what
  // the kernel computes, or infers another shape), and, unless the op is stateful, a kernel that
  // gives another result when it may reuse its inputs' memory, or that changed an input it does not
  // own.
  absl::StatusOr<std::vector<Tensor>> Run(absl::string_view op, std::vector<OpInput> inputs,
                                          AttrMap attrs = {});
  // The only output; reports an error as a test failure.
  Tensor Run1(absl::string_view op, std::vector<OpInput> inputs, AttrMap attrs = {});
  // How Run ends.
  absl::StatusCode Code(absl::string_view op, std::vector<OpInput> inputs, AttrMap attrs = {});
  // The shape inferred of output 0 of a node with these inputs, given as constants; "error: ..." if
  // there is none.
  std::string InferredShape(absl::string_view op, std::vector<OpInput> inputs, AttrMap attrs = {});

  // A variable of that value on the device, as the scalar handle that ops on resources take.
  Tensor MakeVariable(absl::string_view name, Tensor value);
  Tensor ReadVariable(absl::string_view name);

  Registry& registry() { return registry_; }
  Device* device() { return device_.get(); }
  ResourceManager& resources() { return device_->resources(); }

 private:
  void CheckShapes(absl::string_view op, const std::vector<OpInput>& inputs, const AttrMap& attrs,
                   const absl::StatusOr<std::vector<Tensor>>& result);

  Registry registry_;
  std::unique_ptr<Device> device_;
};

}  // namespace millrace
