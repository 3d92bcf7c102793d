// Einsum's equation ("ij,...jk->...ik"), parsed, and bound to shapes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/tensor/shape.h"

namespace millrace {

// A term's labels: characters, or kEllipsis.
struct EinsumEquation {
  static constexpr int kEllipsis = -1;
  std::vector<std::vector<int>> inputs;  // one or two
  std::vector<int> output;

  // INVALID_ARGUMENT, quoting the equation, if it is none for `num_inputs` operands.
  static absl::StatusOr<EinsumEquation> Parse(absl::string_view equation, int num_inputs);
  bool has_ellipsis() const;
};

// The equation over actual dimensions: an ellipsis becomes labels of its own, aligned at the right
// and shared by the operands. A dimension of size 1 under an ellipsis that another operand
// stretches has stride 0.
struct EinsumLabels {
  struct Label {
    int64_t size = 1;
    int64_t strides[2] = {0, 0};  // of the operands, summed over repetitions; 0: not there
    bool in_input[2] = {false, false};
    bool in_output = false;
    int64_t output_stride = 0;  // summed over repetitions
  };
  std::vector<Label> labels;
  Shape output;

  // INVALID_ARGUMENT if a shape has the wrong rank or a label two sizes.
  static absl::StatusOr<EinsumLabels> Bind(const EinsumEquation& equation,
                                           const std::vector<Shape>& shapes);
};

}  // namespace millrace
