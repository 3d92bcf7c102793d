// Reverse-mode differentiation over registered gradient functions: of a graph (AddGradients), and
// the pieces that the eager tape shares with it.
#ifndef MILLRACE_CORE_GRAPH_GRADIENT_H_
#define MILLRACE_CORE_GRAPH_GRADIENT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/builder.h"
#include "core/graph/op_schema.h"

namespace millrace {

// dL/dx: invalid (none), dense (the Output itself), or IndexedSlices (the Output holds the rows
// `values`, to be added at `indices` of a tensor of shape `dense_shape`; dense_shape may be invalid
// when unknown).
struct Gradient : Output {
  Gradient() = default;
  Gradient(Output dense) : Output(dense) {}  // NOLINT(google-explicit-constructor)
  static Gradient Sparse(Output values, Output indices, Output dense_shape);

  bool sparse() const { return indices.valid(); }

  Output indices;
  Output dense_shape;
};
using Gradients = std::vector<Gradient>;

// What a gradient function sees of the forward op.
class OpView {
 public:
  OpView(const OpSchema& schema, const AttrMap& attrs, Outputs inputs, Outputs outputs,
         std::string name)
      : schema_(schema),
        attrs_(attrs),
        inputs_(std::move(inputs)),
        outputs_(std::move(outputs)),
        name_(std::move(name)) {}

  const OpSchema& schema() const { return schema_; }
  const std::string& name() const { return name_; }
  const AttrMap& attrs() const { return attrs_; }
  int num_inputs() const { return static_cast<int>(inputs_.size()); }
  int num_outputs() const { return static_cast<int>(outputs_.size()); }
  Output input(int i) const { return inputs_[i]; }
  Output output(int i) const { return outputs_[i]; }
  const Outputs& inputs() const { return inputs_; }
  const Outputs& outputs() const { return outputs_; }
  // The attribute's value, or T{} if it is absent or of another kind (the schema guarantees it is
  // neither).
  template <typename T>
  T attr(absl::string_view name) const {
    T value{};
    attrs_.Get(name, &value).IgnoreError();
    return value;
  }

 private:
  const OpSchema& schema_;
  const AttrMap& attrs_;
  Outputs inputs_, outputs_;
  std::string name_;
};

// IndexedSlices made dense (UnsortedSegmentSum over the first dimension); a dense gradient as it
// is.
Output Densify(Builder& b, const Gradient& g);
// The sum of several gradients of one tensor: dense ones by AddN, sparse ones by concatenation.
// Invalid if empty.
Gradient Accumulate(Builder& b, const Gradients& gradients);
// Calls the op's gradient function with what it accepts; checks counts, dtypes and shapes of what
// it returns. UNIMPLEMENTED naming the op if it has none and is not marked not differentiable;
// all-invalid if it is so marked.
absl::StatusOr<Gradients> CallGradient(Builder& b, const OpView& op, const Gradients& grad_outputs);

struct GradientOptions {
  std::vector<Endpoint> grad_ys;         // one a y; empty: ones. A null node: ones for that y
  std::vector<Endpoint> stop_gradients;  // constants as far as differentiation goes
  std::string name = "gradients";
  // Gradient ops go to the device of the forward op and are colocated with it.
  bool colocate_gradients_with_ops = true;
};

// d(sum of ys)/dx for each x; an entry is invalid where ys do not depend on it. INVALID_ARGUMENT
// for a y that is not of a floating or complex type, or a grad_y of the wrong dtype or shape;
// UNIMPLEMENTED naming the op on the path that has no gradient. x may be a variable's handle: its
// gradient may then be sparse.
absl::StatusOr<Gradients> AddGradients(Graph* graph, absl::Span<const Endpoint> ys,
                                       absl::Span<const Endpoint> xs,
                                       const GradientOptions& options);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_GRADIENT_H_
