// Comparing tensors in tests.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/tensor/tensor.h"
#include "gtest/gtest.h"

namespace millrace {

// Same dtype, shape and elements. Floats are equal if they are so as numbers or both NaN.
testing::AssertionResult TensorsEqual(const Tensor& got, const Tensor& wanted);

// Same dtype and shape, and |got - wanted| <= atol + rtol * |wanted| elementwise; infinities equal,
// NaN matches NaN. Elements that are not floating or complex must be equal.
testing::AssertionResult TensorsNear(const Tensor& got, const Tensor& wanted, double rtol = 1e-5,
                                     double atol = 1e-6);

// The same of all outputs of a run, in order; a run that failed is a failure.
testing::AssertionResult OutputsNear(const absl::StatusOr<std::vector<Tensor>>& got,
                                     const std::vector<Tensor>& wanted, double rtol = 1e-5,
                                     double atol = 1e-6);

}  // namespace millrace

#define EXPECT_TENSOR_EQ(got, wanted) EXPECT_TRUE(::millrace::TensorsEqual(got, wanted))
#define EXPECT_TENSOR_NEAR(got, wanted, ...) \
  EXPECT_TRUE(::millrace::TensorsNear(got, wanted, ##__VA_ARGS__))
#define EXPECT_OUTPUTS_NEAR(got, ...) EXPECT_TRUE(::millrace::OutputsNear(got, __VA_ARGS__))
