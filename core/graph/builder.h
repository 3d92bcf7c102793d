// Builder: the abstract target that gradients, optimizers and composite functions are written
// against. Given a graph it adds nodes; given the eager context it runs them at once; given a
// tape-less trace it does either.
#ifndef MILLRACE_CORE_GRAPH_BUILDER_H_
#define MILLRACE_CORE_GRAPH_BUILDER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/graph/attr.h"
#include "core/graph/graph.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor.h"

namespace millrace {

class FunctionLibrary;

// A tensor known to a builder: an opaque, copyable name, valid for the builder that gave it.
struct Output {
  int node = -1;
  int index = 0;
  bool valid() const { return node >= 0; }
  bool operator==(const Output& o) const { return node == o.node && index == o.index; }
  bool operator!=(const Output& o) const { return !(*this == o); }
};
using Outputs = std::vector<Output>;

// Errors are sticky: the first one is kept in status(), later calls return invalid outputs and do
// nothing, so that expressions nest; whoever started the work looks at status() at the end. Used by
// one thread.
class Builder {
 public:
  virtual ~Builder() = default;

  // Adds (or runs) `op`. `inputs` is flat; attributes with defaults or implied by inputs may be
  // left out.
  Outputs Op(absl::string_view op, absl::Span<const Output> inputs, AttrMap attrs = {},
             absl::Span<const Output> control_inputs = {});
  Outputs Op(absl::string_view op, std::initializer_list<Output> inputs, AttrMap attrs = {}) {
    return Op(op, absl::MakeConstSpan(inputs.begin(), inputs.size()), std::move(attrs));
  }
  // The first output of the op (invalid on error).
  Output Op1(absl::string_view op, absl::Span<const Output> inputs, AttrMap attrs = {});
  Output Op1(absl::string_view op, std::initializer_list<Output> inputs, AttrMap attrs = {}) {
    return Op1(op, absl::MakeConstSpan(inputs.begin(), inputs.size()), std::move(attrs));
  }

  virtual DType dtype(Output x) const = 0;
  virtual PartialShape shape(Output x) const = 0;  // exact in an eager builder
  // The value if it is known now: a constant's in a graph, any host tensor's in an eager builder.
  virtual std::optional<Tensor> value(Output x) const = 0;
  // What lies behind a resource or variant handle; null if unknown.
  virtual const HandleData* handle_data(Output x) const = 0;
  virtual FunctionLibrary& library() = 0;
  virtual const Registry& registry() const = 0;

  const absl::Status& status() const { return status_; }
  bool ok() const { return status_.ok(); }
  void Fail(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  // ----- helpers; shapes broadcast as in NumPy -----
  Output Const(Tensor value);
  template <typename T>
  Output Scalar(T v) {
    return Const(Tensor::Scalar<T>(v));
  }
  Output Ints(absl::Span<const int32_t> values);  // int32 vector
  Output Ints(std::initializer_list<int32_t> values) {
    return Ints(absl::MakeConstSpan(values.begin(), values.size()));
  }
  Output ScalarLike(Output x, double v);  // a scalar of x's dtype
  Output ZerosLike(Output x);
  Output OnesLike(Output x);
  Output Identity(Output x);
  Output Cast(Output x, DType to);  // x itself if it is of that type
  Output Shape(Output x, DType out_type = DType::kInt32);
  Output Size(Output x);  // int32 scalar
  Output Rank(Output x);
  Output Reshape(Output x, Output shape);
  Output ReshapeLike(Output x, Output like);  // Reshape(x, Shape(like))
  Output ExpandDims(Output x, int axis);
  Output Squeeze(Output x, std::vector<int64_t> axes);
  Output Transpose(Output x, Output perm);
  Output Concat(absl::Span<const Output> xs, Output axis);
  Output Pack(absl::Span<const Output> xs, int axis = 0);
  Output Slice(Output x, Output begin, Output size);
  Output Gather(Output params, Output indices, int axis = 0);
  Output Tile(Output x, Output multiples);
  Output BroadcastTo(Output x, Output shape);
  Output Fill(Output dims, Output value);
  Output Range(Output start, Output limit, Output delta);
  Output Neg(Output x);
  Output Add(Output x, Output y);  // AddV2
  Output AddN(absl::Span<const Output> xs);
  Output Sub(Output x, Output y);
  Output Mul(Output x, Output y);
  Output Div(Output x, Output y);  // RealDiv
  Output Square(Output x);
  Output Sqrt(Output x);
  Output Exp(Output x);
  Output Log(Output x);
  Output Pow(Output x, Output y);
  Output Conj(Output x);  // x itself if it is real
  Output MatMul(Output a, Output b, bool transpose_a = false, bool transpose_b = false);
  Output Sum(Output x, Output axes, bool keep_dims = false);
  Output Sum(Output x, std::initializer_list<int32_t> axes, bool keep_dims = false) {
    return Sum(x, Ints(axes), keep_dims);
  }
  Output Less(Output x, Output y);
  Output Greater(Output x, Output y);
  Output GreaterEqual(Output x, Output y);
  Output LessEqual(Output x, Output y);
  Output Equal(Output x, Output y);
  Output LogicalAnd(Output x, Output y);
  Output LogicalNot(Output x);
  Output Where(Output condition, Output x, Output y);  // SelectV2
  // Sums `grad` (of the broadcast shape of x and y) down to x's and y's own shapes: gradients of
  // broadcasting ops. Where both shapes are known and equal nothing is added.
  std::pair<Output, Output> UnbroadcastGradients(Output x, Output grad_x, Output y, Output grad_y);

 protected:
  virtual absl::StatusOr<Outputs> DoOp(absl::string_view op, absl::Span<const Output> inputs,
                                       AttrMap attrs, absl::Span<const Output> control_inputs) = 0;

 private:
  absl::Status status_;
};

// A builder over a graph. Output.node is the Node's id.
class GraphBuilder final : public Builder {
 public:
  // `graph` must outlive the builder. Nodes are named `name_prefix`/OpType (made unique), placed on
  // `device`, and get `control_inputs` and `colocate_with` where set.
  explicit GraphBuilder(Graph* graph, std::string name_prefix = "");

  Graph& graph() { return *graph_; }
  Output FromEndpoint(Endpoint e) const { return {e.node->id(), e.index}; }
  Endpoint ToEndpoint(Output o) const { return {graph_->nodes()[o.node].get(), o.index}; }
  // Applied to nodes added from now on.
  void set_device(std::string device) { device_ = std::move(device); }
  void set_name_prefix(std::string prefix) { prefix_ = std::move(prefix); }
  void set_origin(std::string origin) { origin_ = std::move(origin); }
  void set_colocate_with(Node* node) { colocate_with_ = node; }  // null: no more

  DType dtype(Output x) const override;
  PartialShape shape(Output x) const override;
  std::optional<Tensor> value(Output x) const override;
  const HandleData* handle_data(Output x) const override;
  FunctionLibrary& library() override;
  const Registry& registry() const override;

 protected:
  absl::StatusOr<Outputs> DoOp(absl::string_view op, absl::Span<const Output> inputs, AttrMap attrs,
                               absl::Span<const Output> control_inputs) override;

 private:
  Graph* graph_;
  std::string prefix_, device_, origin_;
  Node* colocate_with_ = nullptr;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_BUILDER_H_
