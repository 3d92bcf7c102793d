#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/node_check.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

bool IsIndex(DType t) { return t == DType::kInt32 || t == DType::kInt64; }

// REQUIRES: an int32 or int64 tensor.
std::vector<int64_t> IntsOf(const Tensor& t) {
  if (t.dtype() == DType::kInt64) return {t.flat<int64_t>().begin(), t.flat<int64_t>().end()};
  return {t.flat<int32_t>().begin(), t.flat<int32_t>().end()};
}

}  // namespace

ShapeContext::ShapeContext(const OpSchema& op, absl::string_view node_name, const AttrMap& attrs,
                           Inputs inputs, absl::Span<const DType> input_types,
                           absl::Span<const DType> output_types)
    : op_(op),
      node_name_(node_name),
      attrs_(attrs),
      inputs_(std::move(inputs)),
      input_types_(input_types),
      output_types_(output_types),
      output_shapes_(output_types.size()),
      output_handles_(output_types.size()) {}

void ShapeContext::set_output(int i, PartialShape shape) {
  if (HasOutput(i)) output_shapes_[i] = std::move(shape);
}

void ShapeContext::set_output_handle(int i, HandleData data) {
  if (HasOutput(i)) output_handles_[i] = std::move(data);
}

const PartialShape& ShapeContext::NoShape() {
  static const PartialShape* const unknown = new PartialShape();
  return *unknown;
}

absl::StatusOr<PartialShape> ShapeContext::input_as_shape(int i) const {
  MR_ASSIGN_OR_RETURN(const PartialShape shape_of_shape, WithRankAtMost(i, 1));
  if (const Tensor* value = input_value(i)) {
    if (!IsIndex(value->dtype())) return Error(i, "a shape must be int32 or int64");
    const std::vector<int64_t> dims = IntsOf(*value);
    if (value->rank() == 0) {
      if (dims[0] == PartialShape::kUnknownDim) return PartialShape::Unknown();
      return Error(i, "a shape must be a vector, or the scalar -1 for an unknown one");
    }
    absl::StatusOr<PartialShape> shape = PartialShape::Create(dims);
    return shape.ok() ? std::move(shape) : Error(i, shape.status().message());
  }
  if (value_as_shape(i).known_rank()) return value_as_shape(i);
  if (shape_of_shape.rank() != 1 || shape_of_shape.dim(0) < 0) return PartialShape::Unknown();
  if (shape_of_shape.dim(0) > Shape::kMaxRank) {
    return Error(i, absl::StrCat("a shape of ", shape_of_shape.dim(0),
                                 " dimensions is over the limit of ", Shape::kMaxRank));
  }
  return PartialShape::UnknownOfRank(static_cast<int>(shape_of_shape.dim(0)));
}

std::optional<std::vector<int64_t>> ShapeContext::input_as_ints(int i) const {
  if (const Tensor* value = input_value(i)) {
    if (!IsIndex(value->dtype()) || value->rank() > 1) return std::nullopt;
    return IntsOf(*value);
  }
  const PartialShape& known = value_as_shape(i);
  if (!known.fully_defined()) return std::nullopt;
  return std::vector<int64_t>(known.dims().begin(), known.dims().end());
}

absl::StatusOr<PartialShape> ShapeContext::WithRank(int i, int rank) const {
  const PartialShape& shape = input(i);
  if (!shape.known_rank()) return PartialShape::UnknownOfRank(rank);
  if (shape.rank() == rank) return shape;
  return Error(i, absl::StrCat("Shape must be rank ", rank, " but is rank ", shape.rank()));
}

absl::StatusOr<PartialShape> ShapeContext::WithRankAtLeast(int i, int rank) const {
  const PartialShape& shape = input(i);
  if (!shape.known_rank() || shape.rank() >= rank) return shape;
  return Error(i,
               absl::StrCat("Shape must be at least rank ", rank, " but is rank ", shape.rank()));
}

absl::StatusOr<PartialShape> ShapeContext::WithRankAtMost(int i, int rank) const {
  const PartialShape& shape = input(i);
  if (!shape.known_rank() || shape.rank() <= rank) return shape;
  return Error(i, absl::StrCat("Shape must be at most rank ", rank, " but is rank ", shape.rank()));
}

absl::Status ShapeContext::Error(int input, absl::string_view message) const {
  return absl::InvalidArgumentError(
      absl::StrCat("Input '", ArgNameOf(op_.inputs, attrs_, input), "': ", message));
}

absl::StatusOr<int64_t> ShapeContext::MergeDim(int64_t a, int64_t b) {
  if (a < 0) return b;
  if (b < 0 || a == b) return a;
  return absl::InvalidArgumentError(
      absl::StrCat("Dimensions must be equal, but are ", a, " and ", b));
}

}  // namespace millrace
