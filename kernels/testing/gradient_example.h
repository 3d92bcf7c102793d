// Examples on which the gradients of ops are checked. The test file of each differentiable op
// registers one or more:
//
//   MR_GRADIENT_EXAMPLE({.op = "Softmax", .inputs = {Tensor::Of<double>({2, 3}, {1, 0, 2, -1, 3,
//   1})}});
//
// //tests/gradients walks the registry, checks every example against finite differences, and fails
// on a differentiable op without one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/graph/attr.h"
#include "core/graph/builder.h"
#include "core/tensor/tensor.h"

namespace millrace {

struct GradientExample {
  std::string op;
  // Use double where the kernel has it. Away from kinks: an element is moved by about 1e-4 (float:
  // 1e-2).
  std::vector<Tensor> inputs = {};
  AttrMap attrs = {};
  // Inputs to differentiate by; empty: all of floating or complex type and all variables.
  std::vector<int> wrt = {};
  // Outputs that the loss is made of; empty: all of floating or complex type.
  std::vector<int> outputs = {};
  // Inputs that the op takes as handles of variables, of which `inputs` holds the values.
  std::vector<int> variables = {};
  // Accepted difference, relative to the larger of 1 and the gradient. 0: 1e-5 for double, 2e-2
  // otherwise.
  double tolerance = 0;
  // Where one op alone makes no sense (stacks, loops, functions): builds the outputs from the
  // inputs. `attrs` is not used then.
  std::function<Outputs(GraphBuilder& b, const Outputs& inputs)> build = nullptr;
};

// Always true, so that it can initialise a constant.
bool AddGradientExample(GradientExample example);
const std::vector<GradientExample>& GradientExamples();

}  // namespace millrace

#define MR_GRADIENT_EXAMPLE(...) MR_GRADIENT_EXAMPLE_AT_(__COUNTER__, __VA_ARGS__)
#define MR_GRADIENT_EXAMPLE_AT_(n, ...) MR_GRADIENT_EXAMPLE_NAMED_(n, __VA_ARGS__)
#define MR_GRADIENT_EXAMPLE_NAMED_(n, ...)                  \
  [[maybe_unused]] static const bool gradient_example_##n = \
      ::millrace::AddGradientExample(__VA_ARGS__)
