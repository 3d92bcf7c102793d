// What a shape function sees of a node, and the shape functions that many ops share.
#ifndef MILLRACE_CORE_GRAPH_SHAPE_INFERENCE_H_
#define MILLRACE_CORE_GRAPH_SHAPE_INFERENCE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/attr.h"
#include "core/graph/graph.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Used by one thread, during one inference.
class ShapeContext {
 public:
  // Facts of the node whose shapes are inferred. `input_values[i]` is null unless input i is a
  // known constant; `values_as_shapes[i]`, where known rank, is what a shape-valued input will hold
  // (from Shape, Pack, ... upstream).
  struct Inputs {
    std::vector<PartialShape> shapes;
    std::vector<const Tensor*> values;
    std::vector<PartialShape> values_as_shapes;
    std::vector<const HandleData*> handles;
  };
  ShapeContext(const OpSchema& op, absl::string_view node_name, const AttrMap& attrs, Inputs inputs,
               absl::Span<const DType> input_types, absl::Span<const DType> output_types);

  const OpSchema& op() const { return op_; }
  const std::string& node_name() const { return node_name_; }
  const AttrMap& attrs() const { return attrs_; }
  template <typename T>
  absl::Status GetAttr(absl::string_view name, T* value) const {
    return attrs_.Get(name, value);
  }
  int num_inputs() const { return static_cast<int>(inputs_.shapes.size()); }
  int num_outputs() const { return static_cast<int>(output_shapes_.size()); }
  // Of an input that is not there: an invalid type, unknown rank, no value. Outputs that are not
  // there are left alone. InferShapes refuses a node whose functions asked for such.
  DType input_type(int i) const { return HasInput(i) ? input_types_[i] : DType::kInvalid; }
  DType output_type(int i) const { return HasOutput(i) ? output_types_[i] : DType::kInvalid; }
  const PartialShape& input(int i) const { return HasInput(i) ? inputs_.shapes[i] : NoShape(); }
  const Tensor* input_value(int i) const { return HasInput(i) ? inputs_.values[i] : nullptr; }
  // Input i read as a shape: from its constant value or from upstream; unknown rank if nothing is
  // known, and of known rank with unknown dimensions if only its length is. INVALID_ARGUMENT for a
  // constant that is no shape.
  absl::StatusOr<PartialShape> input_as_shape(int i) const;
  // A constant int32 or int64 scalar or vector input as int64s; nullopt if not constant. A vector
  // that follows from static shapes alone is constant too.
  std::optional<std::vector<int64_t>> input_as_ints(int i) const;
  const HandleData* input_handle(int i) const { return HasInput(i) ? inputs_.handles[i] : nullptr; }

  void set_output(int i, PartialShape shape);
  const PartialShape& output(int i) const { return HasOutput(i) ? output_shapes_[i] : NoShape(); }
  void set_output_handle(int i, HandleData data);
  // Whether an input or output was asked for that is not there: attributes disagree about how many.
  bool went_beyond() const { return went_beyond_; }
  std::vector<PartialShape>& output_shapes() { return output_shapes_; }
  std::vector<HandleData>& output_handles() { return output_handles_; }

  // Input i merged with what must be true of it. INVALID_ARGUMENT naming input, wanted and found if
  // it cannot be.
  absl::StatusOr<PartialShape> WithRank(int i, int rank) const;
  absl::StatusOr<PartialShape> WithRankAtLeast(int i, int rank) const;
  absl::StatusOr<PartialShape> WithRankAtMost(int i, int rank) const;
  // INVALID_ARGUMENT prefixed with the input's name.
  absl::Status Error(int input, absl::string_view message) const;
  // One size merged with another: INVALID_ARGUMENT if both known and different.
  static absl::StatusOr<int64_t> MergeDim(int64_t a, int64_t b);

 private:
  bool HasInput(int i) const { return Has(i, num_inputs()); }
  bool HasOutput(int i) const { return Has(i, num_outputs()); }
  bool Has(int i, int n) const {
    if (i >= 0 && i < n) return true;
    went_beyond_ = true;
    return false;
  }
  static const PartialShape& NoShape();
  const PartialShape& value_as_shape(int i) const {
    return HasInput(i) ? inputs_.values_as_shapes[i] : NoShape();
  }

  const OpSchema& op_;
  std::string node_name_;
  const AttrMap& attrs_;
  Inputs inputs_;
  absl::Span<const DType> input_types_, output_types_;
  std::vector<PartialShape> output_shapes_;
  std::vector<HandleData> output_handles_;
  mutable bool went_beyond_ = false;
};

// Shared shape functions.
absl::Status SameAsInput0(ShapeContext& c);   // every output has input 0's shape (and handle data)
absl::Status AtLeastRank1(ShapeContext& c);   // checks input 0
absl::Status ScalarOutputs(ShapeContext& c);  // every output is a scalar
absl::Status UnknownOutputs(ShapeContext& c);
absl::Status NoOutputs(ShapeContext& c);
absl::Status BroadcastInputs(ShapeContext& c);  // output 0: inputs 0 and 1 broadcast
absl::Status MergeInputs(ShapeContext& c);      // all inputs have one shape, output 0 too
absl::Status ReductionShape(
    ShapeContext& c);                       // input 0 reduced over axes in input 1, attr keep_dims
absl::Status MatMulShape(ShapeContext& c);  // attrs transpose_a, transpose_b
absl::Status ShapeFromAttr(ShapeContext& c);   // output 0 from attr "shape"
absl::Status SameAsVariable(ShapeContext& c);  // output 0: shape behind handle input 0
// NumPy broadcasting of two partial shapes. INVALID_ARGUMENT ("Incompatible shapes: [2,3] vs.
// [4]").
absl::StatusOr<PartialShape> BroadcastShapes(const PartialShape& a, const PartialShape& b);
// Output size of a window along one dimension, as for convolution and pooling. size -1: unknown.
// padding: "SAME", "VALID" or "EXPLICIT" (with pad_before/after). INVALID_ARGUMENT for a negative
// result.
absl::StatusOr<int64_t> WindowedOutputSize(int64_t size, int64_t window, int64_t dilation,
                                           int64_t stride, absl::string_view padding,
                                           int64_t* pad_before, int64_t* pad_after);

// Runs the op's shape functions over a node about to be added: `inputs` in the graph (a null node:
// unknown). Errors are INVALID_ARGUMENT, do not name the node, and end with the shapes of the
// inputs.
absl::Status InferShapes(const OpSchema& op, absl::string_view node_name, const AttrMap& attrs,
                         absl::Span<const Endpoint> inputs, absl::Span<const DType> input_types,
                         absl::Span<const DType> output_types, std::vector<PartialShape>* shapes,
                         std::vector<HandleData>* handles);
// The constant value of an endpoint if a Const node produces it, else null. Lives as long as the
// node.
const Tensor* ConstantValue(Endpoint e);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_SHAPE_INFERENCE_H_
