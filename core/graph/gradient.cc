#include "core/graph/gradient.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/function_gradients.h"
#include "core/graph/function_library.h"

namespace millrace {
namespace {

// `op` named for messages.
std::string Describe(const OpView& op) {
  return absl::StrCat("Gradient of '", op.name(), "' (op: ", op.schema().name, ")");
}

absl::Status CheckOne(const Builder& b, const OpView& op, int i, const Gradient& g) {
  const Output x = op.input(i);
  const DType type = BaseType(b.dtype(x));
  if (type == DType::kResource || type == DType::kVariant) return absl::OkStatus();
  if (BaseType(b.dtype(g)) != type) {
    return absl::InternalError(absl::StrCat(Describe(op), ": for input ", i, " of type ",
                                            DTypeName(type), " it is ", DTypeName(b.dtype(g))));
  }
  if (!g.sparse() && !b.shape(g).IsCompatibleWith(b.shape(x))) {
    return absl::InternalError(absl::StrCat(Describe(op), ": for input ", i, " of shape ",
                                            b.shape(x).ToString(), " it has shape ",
                                            b.shape(g).ToString()));
  }
  return absl::OkStatus();
}

Output AsInt64(Builder& b, Output x) { return b.Cast(x, DType::kInt64); }

Gradient ConcatSlices(Builder& b, const Gradients& slices) {
  bool same_index_type = true;
  for (const Gradient& g : slices) {
    same_index_type = same_index_type && b.dtype(g.indices) == b.dtype(slices[0].indices);
  }
  Outputs values, indices;
  Output dense_shape;
  for (const Gradient& g : slices) {
    values.push_back(g);
    indices.push_back(same_index_type ? g.indices : AsInt64(b, g.indices));
    if (!dense_shape.valid()) dense_shape = g.dense_shape;
  }
  const Output axis = b.Scalar<int32_t>(0);
  return Gradient::Sparse(b.Concat(values, axis), b.Concat(indices, axis), dense_shape);
}

}  // namespace

Gradient Gradient::Sparse(Output values, Output indices, Output dense_shape) {
  Gradient g(values);
  g.indices = indices;
  g.dense_shape = dense_shape;
  return g;
}

Output Densify(Builder& b, const Gradient& g) {
  if (!g.valid() || !g.sparse()) return g;
  if (!g.dense_shape.valid()) {
    b.Fail(absl::InvalidArgumentError(
        "IndexedSlices of an unknown dense shape cannot be made a dense tensor"));
    return {};
  }
  const Output first = b.Slice(g.dense_shape, b.Ints({0}), b.Ints({1}));
  const Output rows = b.Reshape(first, b.Ints({}));
  return b.Op1("UnsortedSegmentSum", {g, g.indices, rows});
}

Gradient Accumulate(Builder& b, const Gradients& gradients) {
  Gradients valid;
  bool all_sparse = true;
  for (const Gradient& g : gradients) {
    if (!g.valid()) continue;
    valid.push_back(g);
    all_sparse = all_sparse && g.sparse();
  }
  if (valid.empty()) return {};
  if (valid.size() == 1) return valid[0];
  if (all_sparse) return ConcatSlices(b, valid);
  Outputs dense;
  for (const Gradient& g : valid) dense.push_back(Densify(b, g));
  return b.AddN(dense);
}

absl::StatusOr<Gradients> CallGradient(Builder& b, const OpView& op,
                                       const Gradients& grad_outputs) {
  if (op.schema().not_differentiable) return Gradients(op.num_inputs());
  GradientFn gradient = op.schema().gradient;
  if (gradient == nullptr && b.library().Find(op.schema().name) != nullptr) {
    gradient = FunctionAsOpGradient;
  }
  if (gradient == nullptr) {
    return absl::UnimplementedError(absl::StrCat("No gradient is defined for op ", op.schema().name,
                                                 " (node '", op.name(), "')"));
  }
  Gradients given = grad_outputs;
  if (!op.schema().accepts_sparse_gradient) {
    for (Gradient& g : given) g = Densify(b, g);
  }
  auto gradients = gradient(b, op, given);
  if (!gradients.ok()) return Annotate(gradients.status(), Describe(op));
  if (!b.ok()) return Annotate(b.status(), Describe(op));
  if (static_cast<int>(gradients->size()) != op.num_inputs()) {
    return absl::InternalError(absl::StrCat(Describe(op), ": there are ", gradients->size(),
                                            " gradients for ", op.num_inputs(), " inputs"));
  }
  for (int i = 0; i < op.num_inputs(); ++i) {
    if (!(*gradients)[i].valid()) continue;
    MR_RETURN_IF_ERROR(CheckOne(b, op, i, (*gradients)[i]));
  }
  return gradients;
}

}  // namespace millrace
