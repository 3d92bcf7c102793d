#include "kernels/array/paddings.h"

#include "absl/strings/str_cat.h"
#include "core/base/checked_math.h"
#include "core/base/status.h"
#include "kernels/array/int_args.h"

namespace millrace {

absl::StatusOr<Paddings> PaddingsArg(const Tensor& t, int rank) {
  if (t.rank() != 2 || t.dim(0) != rank || t.dim(1) != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("paddings must have shape [", rank, ",2], got ", t.shape().ToString()));
  }
  MR_ASSIGN_OR_RETURN(const Tensor flat, t.Reshaped(Shape({2 * rank})));
  MR_ASSIGN_OR_RETURN(const DimVector values, IntVectorArg(flat, "paddings"));
  Paddings paddings;
  for (int d = 0; d < rank; ++d) {
    const int64_t before = values[2 * d], after = values[2 * d + 1];
    if (before < 0 || after < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Paddings must be non-negative: ", before, " ", after));
    }
    paddings.push_back({before, after});
  }
  return paddings;
}

absl::StatusOr<Shape> PaddedShape(const Shape& shape, const Paddings& paddings) {
  DimVector dims;
  for (int d = 0; d < shape.rank(); ++d) {
    int64_t size = shape.dim(d);
    if (!CheckedAdd(size, paddings[d].first, &size) ||
        !CheckedAdd(size, paddings[d].second, &size)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the padded size of dimension ", d, " does not fit"));
    }
    dims.push_back(size);
  }
  return Shape::Create(dims);
}

absl::Status PadShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape p, c.WithRank(1, 2));
  MR_RETURN_IF_ERROR(ShapeContext::MergeDim(p.dim(1), 2).status());
  MR_ASSIGN_OR_RETURN(const int64_t rank, ShapeContext::MergeDim(c.input(0).rank(), p.dim(0)));
  if (rank < 0) return absl::OkStatus();
  DimVector dims(rank, PartialShape::kUnknownDim);
  if (c.input_value(1) != nullptr) {
    MR_ASSIGN_OR_RETURN(const Paddings paddings,
                        PaddingsArg(*c.input_value(1), static_cast<int>(rank)));
    for (int d = 0; c.input(0).known_rank() && d < rank; ++d) {
      if (c.input(0).dim(d) >= 0)
        dims[d] = c.input(0).dim(d) + paddings[d].first + paddings[d].second;
    }
  }
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

}  // namespace millrace
