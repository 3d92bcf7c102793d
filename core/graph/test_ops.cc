#include "core/graph/test_ops.h"

#include <cstdio>
#include <cstdlib>

#include "core/base/status.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

absl::Status ConstShape(ShapeContext& c) {
  Tensor value;
  MR_RETURN_IF_ERROR(c.GetAttr("value", &value));
  c.set_output(0, value.shape());
  return absl::OkStatus();
}

absl::Status PackShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(MergeInputs(c));
  PartialShape out = PartialShape::Of({c.num_inputs()});
  if (!c.output(0).known_rank()) out = PartialShape();
  for (int i = 0; i < c.output(0).rank(); ++i) out.AddDim(c.output(0).dim(i));
  c.set_output(0, out);
  return absl::OkStatus();
}

absl::Status ShapeShape(ShapeContext& c) {
  for (int i = 0; i < c.num_outputs(); ++i) {
    c.set_output(i, PartialShape::Of({c.input(i).rank()}));
  }
  return absl::OkStatus();
}

// The shape that a shape-valued input holds: shows tests what was inferred of the value.
template <int kInput>
absl::Status ShapeOfValue(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(kInput));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::Status HandleShape(ShapeContext& c) {
  DType dtype;
  PartialShape shape;
  MR_RETURN_IF_ERROR(c.GetAttr("dtype", &dtype));
  MR_RETURN_IF_ERROR(c.GetAttr("shape", &shape));
  c.set_output(0, PartialShape::Scalar());
  c.set_output_handle(0, {{dtype, shape}});
  return absl::OkStatus();
}

// A shape with a second dimension so large that a first one soon makes it overflow.
absl::Status VastShape(ShapeContext& c) {
  c.set_output(0, PartialShape::Of({c.input(0).dim(0), int64_t{1} << 40}));
  return absl::OkStatus();
}

std::vector<Op> StateOps() {
  return {
      Op("VariableV2")
          .Output("ref: Ref(dtype)")
          .Attr("shape: shape")
          .Attr("dtype: type")
          .Stateful()
          .Shape(ShapeFromAttr),
      Op("Assign")
          .Input("ref: Ref(T)")
          .Input("value: T")
          .Output("output_ref: Ref(T)")
          .Attr("T: type")
          .Shape(SameAsInput0),
      Op("VarHandleOp")
          .Output("resource: resource")
          .Attr("dtype: type")
          .Attr("shape: shape")
          .Stateful()
          .Shape(HandleShape),
      Op("ReadVariableOp")
          .Input("resource: resource")
          .Output("value: dtype")
          .Attr("dtype: type")
          .Stateful()
          .Shape(SameAsVariable),
      Op("VariableShape")
          .Input("input: resource")
          .Output("output: out_type")
          .Attr("out_type: {int32, int64} = DT_INT32"),
  };
}

std::vector<Op> MathOps() {
  std::vector<Op> ops = {
      Op("Neg").Input("x: T").Output("y: T").Attr("T: numbertype").Shape(SameAsInput0),
      Op("MatMul")
          .Input("a: T")
          .Input("b: T")
          .Output("product: T")
          .Attr("transpose_a: bool = false")
          .Attr("transpose_b: bool = false")
          .Attr("T: {float, double, int32}")
          .Shape(MatMulShape),
      Op("Vast").Input("x: T").Output("y: T").Attr("T: type").Shape(VastShape),
      Op("Cast")
          .Input("x: SrcT")
          .Output("y: DstT")
          .Attr("SrcT: type")
          .Attr("DstT: type")
          .Shape(SameAsInput0),
      Op("MergeAll")
          .Input("xs: N * T")
          .Output("y: T")
          .Attr("N: int")
          .Attr("T: type")
          .Shape(MergeInputs),
  };
  for (const char* const name : {"AddV2", "Sub", "Mul", "Maximum", "Minimum", "FloorDiv"}) {
    ops.push_back(Op(name)
                      .Input("x: T")
                      .Input("y: T")
                      .Output("z: T")
                      .Attr("T: numbertype")
                      .Shape(BroadcastInputs));
  }
  for (const char* const name : {"Sum", "Prod"}) {
    ops.push_back(Op(name)
                      .Input("input: T")
                      .Input("reduction_indices: Tidx")
                      .Output("output: T")
                      .Attr("keep_dims: bool = false")
                      .Attr("T: numbertype")
                      .Attr("Tidx: {int32, int64} = DT_INT32")
                      .Shape(ReductionShape));
  }
  return ops;
}

std::vector<Op> ArrayOps() {
  const auto unknown = static_cast<ShapeFn>(UnknownOutputs);
  return {
      Op("Const")
          .Output("output: dtype")
          .Attr("value: tensor")
          .Attr("dtype: type")
          .Shape(ConstShape),
      Op("Placeholder")
          .Output("output: dtype")
          .Attr("dtype: type")
          .Attr("shape: shape = { unknown_rank: true }")
          .Shape(ShapeFromAttr),
      Op("Identity").Input("input: T").Output("output: T").Attr("T: type").Shape(SameAsInput0),
      Op("IdentityN").Input("input: T").Output("output: T").Attr("T: list(type)"),
      Op("Pack")
          .Input("values: N * T")
          .Output("output: T")
          .Attr("N: int >= 1")
          .Attr("T: type")
          .Attr("axis: int = 0")
          .Shape(PackShape),
      Op("ConcatV2")
          .Input("values: N * T")
          .Input("axis: Tidx")
          .Output("output: T")
          .Attr("N: int >= 2")
          .Attr("T: type")
          .Attr("Tidx: {int32, int64} = DT_INT32"),
      Op("Split")
          .Input("split_dim: int32")
          .Input("value: T")
          .Output("output: num_split * T")
          .Attr("num_split: int >= 1")
          .Attr("T: type"),
      Op("Shape")
          .Input("input: T")
          .Output("output: out_type")
          .Attr("T: type")
          .Attr("out_type: {int32, int64} = DT_INT32")
          .Shape(ShapeShape),
      Op("ShapeN")
          .Input("input: N * T")
          .Output("output: N * out_type")
          .Attr("N: int >= 1")
          .Attr("T: type")
          .Attr("out_type: {int32, int64} = DT_INT32")
          .Shape(ShapeShape),
      Op("Rank").Input("input: T").Output("output: int32").Attr("T: type").Shape(ScalarOutputs),
      Op("Size")
          .Input("input: T")
          .Output("output: out_type")
          .Attr("T: type")
          .Attr("out_type: {int32, int64} = DT_INT32")
          .Shape(ScalarOutputs),
      Op("StridedSlice")
          .Input("input: T")
          .Input("begin: Index")
          .Input("end: Index")
          .Input("strides: Index")
          .Output("output: T")
          .Attr("T: type")
          .Attr("Index: {int32, int64}")
          .Attr("begin_mask: int = 0")
          .Attr("end_mask: int = 0")
          .Attr("ellipsis_mask: int = 0")
          .Attr("new_axis_mask: int = 0")
          .Attr("shrink_axis_mask: int = 0")
          .Shape(unknown),
      Op("Slice")
          .Input("input: T")
          .Input("begin: Index")
          .Input("size: Index")
          .Output("output: T")
          .Attr("T: type")
          .Attr("Index: {int32, int64}"),
      Op("GatherV2")
          .Input("params: Tparams")
          .Input("indices: Tindices")
          .Input("axis: Taxis")
          .Output("output: Tparams")
          .Attr("batch_dims: int = 0")
          .Attr("Tparams: type")
          .Attr("Tindices: {int32, int64}")
          .Attr("Taxis: {int32, int64}"),
      Op("ExpandDims")
          .Input("input: T")
          .Input("dim: Tdim")
          .Output("output: T")
          .Attr("T: type")
          .Attr("Tdim: {int32, int64} = DT_INT32"),
      Op("Squeeze").Input("input: T").Output("output: T").Attr("T: type"),
      Op("Reshape")
          .Input("tensor: T")
          .Input("shape: Tshape")
          .Output("output: T")
          .Attr("T: type")
          .Attr("Tshape: {int32, int64} = DT_INT32")
          .Shape(ShapeOfValue<1>),
      Op("Range")
          .Input("start: Tidx")
          .Input("limit: Tidx")
          .Input("delta: Tidx")
          .Output("output: Tidx")
          .Attr("Tidx: {int32, int64}"),
  };
}

std::vector<Op> ControlOps() {
  return {
      Op("NoOp"),
      Op("Switch")
          .Input("data: T")
          .Input("pred: bool")
          .Output("output_false: T")
          .Output("output_true: T")
          .Attr("T: type"),
      Op("Merge")
          .Input("inputs: N * T")
          .Output("output: T")
          .Output("value_index: int32")
          .Attr("T: type")
          .Attr("N: int >= 1"),
      Op("NextIteration").Input("data: T").Output("output: T").Attr("T: type").Shape(SameAsInput0),
      Op("_Arg").Output("output: T").Attr("T: type").Attr("index: int >= 0").Stateful(),
      Op("While")
          .Input("input: T")
          .Output("output: T")
          .Attr("T: list(type) >= 0")
          .Attr("cond: func")
          .Attr("body: func")
          .Attr("output_shapes: list(shape) = []"),
      Op("Padded").Input("x: float").Attr("padding: {'SAME', 'VALID'}").Attr("k: int >= 1 = 3"),
      Op("TwoLists").Input("a: A").Input("b: B").Attr("A: list(type)").Attr("B: list(type)"),
      Op("Paired").Input("a: N * T").Input("b: N * float").Attr("N: int").Attr("T: type"),
  };
}

[[noreturn]] void Die(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

}  // namespace

const Registry& TestOps() {
  static const Registry& ops = []() -> const Registry& {
    Registry* r = new Registry;
    for (const std::vector<Op>& group : {ArrayOps(), MathOps(), StateOps(), ControlOps()}) {
      for (const Op& op : group) {
        if (const absl::Status status = r->Add(op); !status.ok()) Die(status);
      }
    }
    return *r;
  }();
  return ops;
}

Node* MustAdd(Graph& graph, Graph::NodeArgs args) {
  absl::StatusOr<Node*> node = graph.AddNode(std::move(args));
  if (!node.ok()) Die(node.status());
  return *node;
}

Endpoint Add(Graph& graph, absl::string_view op, std::initializer_list<Endpoint> inputs,
             AttrMap attrs) {
  Graph::NodeArgs args;
  args.op = std::string(op);
  args.uniquify = true;
  args.inputs.assign(inputs.begin(), inputs.end());
  args.attrs = std::move(attrs);
  return {MustAdd(graph, std::move(args)), 0};
}

Endpoint Const(Graph& graph, Tensor value) {
  const DType dtype = value.dtype();
  return Add(graph, "Const", {}, {{"value", std::move(value)}, {"dtype", dtype}});
}

Endpoint Ints(Graph& graph, std::initializer_list<int32_t> values) {
  return Const(graph, Tensor::Vector<int32_t>(values));
}

Endpoint Placeholder(Graph& graph, DType dtype, PartialShape shape) {
  return Add(graph, "Placeholder", {}, {{"dtype", dtype}, {"shape", std::move(shape)}});
}

}  // namespace millrace
