// What the ops share that solve A X = rhs with batch dimensions that broadcast.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/status.h"
#include "core/graph/shape_inference.h"
#include "core/tensor/shape.h"
#include "kernels/linalg/matrices.h"

namespace millrace {

// The shapes of a system. REQUIRES of Of: both are of rank 2 or more. INVALID_ARGUMENT if the batch
// dimensions do not broadcast.
struct BroadcastSystem {
  Shape a_batch, rhs_batch, batch;  // the last is what the others are broadcast to
  Shape solution;

  static absl::StatusOr<BroadcastSystem> Of(const Shape& a, const Shape& rhs) {
    BroadcastSystem s;
    MR_ASSIGN_OR_RETURN(s.a_batch, BatchShape(a, {}));
    MR_ASSIGN_OR_RETURN(s.rhs_batch, BatchShape(rhs, {}));
    MR_ASSIGN_OR_RETURN(const PartialShape both, BroadcastShapes(s.a_batch, s.rhs_batch));
    s.batch = both.ToShape();
    DimVector dims(both.dims().begin(), both.dims().end());
    dims.push_back(rhs.dim(rhs.rank() - 2));
    dims.push_back(rhs.dim(rhs.rank() - 1));
    MR_ASSIGN_OR_RETURN(s.solution, Shape::Create(dims));
    return s;
  }
};

// Shape function: output 0 from `a`, whose last size is its number of unknowns, and `rhs`.
inline absl::Status SetSolutionShape(ShapeContext& c, const PartialShape& a,
                                     const PartialShape& rhs) {
  if (!a.known_rank() || !rhs.known_rank()) return absl::OkStatus();
  const auto rows = ShapeContext::MergeDim(a.dim(a.rank() - 1), rhs.dim(rhs.rank() - 2));
  if (!rows.ok()) return c.Error(1, rows.status().message());
  MR_ASSIGN_OR_RETURN(PartialShape out, BroadcastShapes(BatchShape(a, {}), BatchShape(rhs, {})));
  out.AddDim(*rows);
  out.AddDim(rhs.dim(rhs.rank() - 1));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

}  // namespace millrace
