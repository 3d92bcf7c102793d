// What the gradients of the two eigenvalue ops have in common.
#pragma once

#include "absl/status/statusor.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"

namespace millrace {

// A node's eigenvalues e and eigenvectors v (as columns), and the middle of the gradient by the
// matrix; the rest of it is the op's own.
struct EigenGradient {
  Output e, v;
  Output turned;  // V^H dV; invalid where there is no dV
  Output f;       // 1 / (e_j - e_i) at ij, 0 on the diagonal and where two are equal; as `turned`
  Output middle;  // diag(de)

  // Of a node with outputs (e, v), whose v is computed anew where its attribute compute_v is false,
  // by a node of the same op with `attrs`.
  static absl::StatusOr<EigenGradient> Of(Builder& b, const OpView& op, const Gradients& dy,
                                          AttrMap attrs);
};

}  // namespace millrace
