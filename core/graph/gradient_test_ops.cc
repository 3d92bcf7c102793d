#include "core/graph/gradient_test_ops.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/function_gradients.h"
#include "core/graph/function_library.h"
#include "core/graph/gradient.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

using Grads = absl::StatusOr<Gradients>;

Grads Pass(Builder&, const OpView&, const Gradients& dy) { return dy; }
Grads NegGradient(Builder& b, const OpView&, const Gradients& dy) {
  return Gradients{b.Neg(dy[0])};
}
Grads AddGradient(Builder&, const OpView&, const Gradients& dy) { return Gradients{dy[0], dy[0]}; }
Grads SubGradient(Builder& b, const OpView&, const Gradients& dy) {
  return Gradients{dy[0], b.Neg(dy[0])};
}
Grads MulGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], op.input(1)), b.Mul(dy[0], op.input(0))};
}
Grads SquareGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(b.Mul(dy[0], op.input(0)), b.ScalarLike(op.input(0), 2))};
}
Grads AddNGradient(Builder&, const OpView& op, const Gradients& dy) {
  return Gradients(op.num_inputs(), dy[0]);
}
Grads GatherGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{Gradient::Sparse(dy[0], op.input(1), b.Shape(op.input(0))), Gradient(),
                   Gradient()};
}
Grads PushGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const DType type = op.attr<DType>("element_dtype");
  const Outputs popped =
      b.Op("TensorListPopBack", {dy[0], b.Scalar<int32_t>(-1)}, {{"element_dtype", type}});
  return Gradients{popped[0], popped[1]};
}
Grads PopGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const DType type = op.attr<DType>("element_dtype");
  const Output list = dy[0].valid() ? Output(dy[0]) : b.ZerosLike(op.output(0));
  const Output element = dy[1].valid() ? Output(dy[1]) : b.ZerosLike(op.output(1));
  return Gradients{b.Op1("TensorListPushBack", {list, element}, {{"element_dtype", type}}),
                   Gradient()};
}

void MustAdd(Registry* r, const Op& op) {
  if (const absl::Status status = r->Add(op); !status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    std::exit(1);
  }
}

void AddMath(Registry* r) {
  auto unary = [](const char* name) {
    return Op(name).Input("x: T").Output("y: T").Attr("T: type").Shape(SameAsInput0);
  };
  auto binary = [](const char* name) {
    return Op(name).Input("x: T").Input("y: T").Output("z: T").Attr("T: type").Shape(
        BroadcastInputs);
  };
  MustAdd(r, unary("Identity").Gradient(Pass).AcceptsSparseGradient());
  MustAdd(r, unary("Neg").Gradient(NegGradient));
  MustAdd(r, unary("Square").Gradient(SquareGradient));
  MustAdd(r, unary("ZerosLike").NotDifferentiable());
  MustAdd(r, unary("OnesLike").NotDifferentiable());
  MustAdd(r, unary("StopGradient").NotDifferentiable());
  MustAdd(r, unary("Mystery"));
  MustAdd(r, binary("AddV2").Gradient(AddGradient));
  MustAdd(r, binary("Sub").Gradient(SubGradient));
  MustAdd(r, binary("Mul").Gradient(MulGradient));
  MustAdd(r, Op("Greater")
                 .Input("x: T")
                 .Input("y: T")
                 .Output("z: bool")
                 .Attr("T: type")
                 .NotDifferentiable());
  MustAdd(r, Op("AddN")
                 .Input("inputs: N * T")
                 .Output("sum: T")
                 .Attr("N: int >= 1")
                 .Attr("T: type")
                 .Shape(MergeInputs)
                 .Gradient(AddNGradient));
  MustAdd(r, Op("Cast")
                 .Input("x: SrcT")
                 .Output("y: DstT")
                 .Attr("SrcT: type")
                 .Attr("DstT: type")
                 .NotDifferentiable());
}

void AddArrays(Registry* r) {
  MustAdd(r, Op("_Arg").Output("output: T").Attr("T: type").Attr("index: int").Stateful());
  MustAdd(r, Op("_Retval").Input("input: T").Attr("T: type").Attr("index: int").Stateful());
  MustAdd(r, Op("Const").Output("output: dtype").Attr("value: tensor").Attr("dtype: type"));
  MustAdd(r, Op("Placeholder")
                 .Output("output: dtype")
                 .Attr("dtype: type")
                 .Attr("shape: shape = { unknown_rank: true }")
                 .Shape(ShapeFromAttr));
  MustAdd(r, Op("Shape")
                 .Input("input: T")
                 .Output("output: out_type")
                 .Attr("T: type")
                 .Attr("out_type: type = DT_INT32")
                 .NotDifferentiable());
  MustAdd(r, Op("Slice")
                 .Input("input: T")
                 .Input("begin: int32")
                 .Input("size: int32")
                 .Output("output: T")
                 .Attr("T: type"));
  MustAdd(
      r,
      Op("Reshape").Input("tensor: T").Input("shape: int32").Output("output: T").Attr("T: type"));
  MustAdd(r, Op("ConcatV2")
                 .Input("values: N * T")
                 .Input("axis: int32")
                 .Output("output: T")
                 .Attr("N: int")
                 .Attr("T: type"));
  MustAdd(r, Op("Fill")
                 .Input("dims: index_type")
                 .Input("value: T")
                 .Output("output: T")
                 .Attr("T: type")
                 .Attr("index_type: type = DT_INT32")
                 .NotDifferentiable());
  MustAdd(r, Op("GatherV2")
                 .Input("params: T")
                 .Input("indices: int32")
                 .Input("axis: int32")
                 .Output("output: T")
                 .Attr("T: type")
                 .Gradient(GatherGradient));
  MustAdd(r, Op("UnsortedSegmentSum")
                 .Input("data: T")
                 .Input("segment_ids: int32")
                 .Input("num_segments: int32")
                 .Output("output: T")
                 .Attr("T: type"));
  MustAdd(r, Op("ReadVariableOp")
                 .Input("resource: resource")
                 .Output("value: dtype")
                 .Attr("dtype: type")
                 .Stateful()
                 .Gradient(Pass));
  MustAdd(r, Op("VariableShape")
                 .Input("input: resource")
                 .Output("output: out_type")
                 .Attr("out_type: type = DT_INT32")
                 .NotDifferentiable());
  MustAdd(r, Op("EmptyTensorList")
                 .Input("element_shape: shape_type")
                 .Input("max: int32")
                 .Output("handle: variant")
                 .Attr("element_dtype: type")
                 .Attr("shape_type: type"));
  MustAdd(r, Op("TensorListPushBack")
                 .Input("input_handle: variant")
                 .Input("tensor: element_dtype")
                 .Output("output_handle: variant")
                 .Attr("element_dtype: type")
                 .Gradient(PushGradient));
  MustAdd(r, Op("TensorListPopBack")
                 .Input("input_handle: variant")
                 .Input("element_shape: int32")
                 .Output("output_handle: variant")
                 .Output("tensor: element_dtype")
                 .Attr("element_dtype: type")
                 .Gradient(PopGradient));
}

void AddCalls(Registry* r) {
  MustAdd(r, Op("PartitionedCall")
                 .Input("args: Tin")
                 .Output("output: Tout")
                 .Attr("Tin: list(type) >= 0")
                 .Attr("Tout: list(type) >= 0")
                 .Attr("f: func")
                 .Gradient(BranchOpGradient)
                 .AcceptsSparseGradient());
  MustAdd(r, Op("If")
                 .Input("cond: Tcond")
                 .Input("input: Tin")
                 .Output("output: Tout")
                 .Attr("Tcond: type")
                 .Attr("Tin: list(type) >= 0")
                 .Attr("Tout: list(type) >= 0")
                 .Attr("then_branch: func")
                 .Attr("else_branch: func")
                 .Attr("output_shapes: list(shape) = []")
                 .Gradient(BranchOpGradient));
  MustAdd(r, Op("While")
                 .Input("input: T")
                 .Output("output: T")
                 .Attr("T: list(type) >= 0")
                 .Attr("cond: func")
                 .Attr("body: func")
                 .Attr("output_shapes: list(shape) = []")
                 .Attr("parallel_iterations: int = 10")
                 .Gradient(WhileGradient));
}

double ConstNumber(const Tensor& t) {
  if (t.num_elements() != 1) return -1;  // a shape: never calculated with
  if (t.dtype() == DType::kDouble) return t.scalar<double>();
  if (t.dtype() == DType::kInt32) return t.scalar<int32_t>();
  return 0;
}

class Interpreter {
 public:
  Interpreter(const Graph& graph, const std::map<std::string, double>& feeds,
              std::vector<RefValue> args)
      : graph_(graph), feeds_(feeds), args_(std::move(args)) {}

  absl::StatusOr<RefValue> Value(Endpoint e) {
    MR_RETURN_IF_ERROR(RunAll());
    return values_[e.node][e.index];
  }

 private:
  absl::Status RunAll() {
    if (done_) return absl::OkStatus();
    done_ = true;
    MR_ASSIGN_OR_RETURN(const std::vector<Node*> order, graph_.TopologicalOrder());
    for (Node* node : order) MR_RETURN_IF_ERROR(Run(*node));
    return absl::OkStatus();
  }

  absl::Status Run(const Node& node) {
    std::vector<RefValue> in;
    for (const Endpoint& e : node.inputs()) in.push_back(values_[e.node][e.index]);
    std::vector<RefValue>& out = values_[&node];
    if (node.type() == "PartitionedCall") {
      MR_ASSIGN_OR_RETURN(out, Call(node, "f", in));
    } else if (graph_.library().Find(node.type()) != nullptr) {
      MR_ASSIGN_OR_RETURN(out, Call(node.type(), in));
    } else if (node.type() == "If") {
      const char* branch = in[0].number != 0 ? "then_branch" : "else_branch";
      MR_ASSIGN_OR_RETURN(out, Call(node, branch, {in.begin() + 1, in.end()}));
    } else if (node.type() == "While") {
      out = in;
      for (;;) {
        MR_ASSIGN_OR_RETURN(const std::vector<RefValue> more, Call(node, "cond", out));
        if (more[0].number == 0) break;
        MR_ASSIGN_OR_RETURN(out, Call(node, "body", out));
      }
    } else {
      return RunSimple(node, in, &out);
    }
    return absl::OkStatus();
  }

  absl::Status RunSimple(const Node& node, const std::vector<RefValue>& in,
                         std::vector<RefValue>* out) {
    const std::string& op = node.type();
    out->resize(node.num_outputs());
    auto result = [&](double v) {
      (*out)[0].number = v;
      return absl::OkStatus();
    };
    if (op == "_Arg") return (*out)[0] = args_[ArgIndex(node)], absl::OkStatus();
    if (op == "_Retval") return absl::OkStatus();
    if (op == "Const") {
      Tensor value;
      MR_RETURN_IF_ERROR(node.GetAttr("value", &value));
      return result(ConstNumber(value));
    }
    if (op == "Placeholder") {
      auto fed = feeds_.find(node.name());
      return result(fed == feeds_.end() ? 0 : fed->second);
    }
    if (op == "Identity" || op == "ReadVariableOp" || op == "StopGradient" || op == "Cast") {
      return (*out)[0] = in[0], absl::OkStatus();
    }
    if (op == "Neg") return result(-in[0].number);
    if (op == "Square") return result(in[0].number * in[0].number);
    if (op == "AddV2") return result(in[0].number + in[1].number);
    if (op == "Sub") return result(in[0].number - in[1].number);
    if (op == "Mul") return result(in[0].number * in[1].number);
    if (op == "Greater") return result(in[0].number > in[1].number);
    if (op == "Fill") return result(in[1].number);
    if (op == "VariableShape" || op == "EmptyTensorList") return absl::OkStatus();
    if (op == "OnesLike") return result(1);
    if (op == "ZerosLike") return (*out)[0].list.resize(in[0].list.size()), absl::OkStatus();
    if (op == "AddN") return (*out)[0] = AddAll(in), absl::OkStatus();
    if (op == "TensorListPushBack") {
      (*out)[0] = in[0];
      (*out)[0].list.push_back(in[1]);
      return absl::OkStatus();
    }
    if (op == "TensorListPopBack" && !in[0].list.empty()) {
      (*out)[0] = in[0];
      (*out)[1] = in[0].list.back();
      (*out)[0].list.pop_back();
      return absl::OkStatus();
    }
    return absl::UnimplementedError(absl::StrCat("cannot interpret ", node.Describe()));
  }

  static RefValue AddAll(const std::vector<RefValue>& in) {
    RefValue sum = in[0];
    for (size_t i = 1; i < in.size(); ++i) {
      sum.number += in[i].number;
      for (size_t k = 0; k < sum.list.size(); ++k) {
        sum.list[k] = AddAll({sum.list[k], in[i].list[k]});
      }
    }
    return sum;
  }

  size_t ArgIndex(const Node& node) const {
    int64_t index = 0;
    node.GetAttr("index", &index).IgnoreError();
    return static_cast<size_t>(index);
  }

  absl::StatusOr<std::vector<RefValue>> Call(const Node& node, absl::string_view attr,
                                             std::vector<RefValue> args) {
    FunctionRef f;
    MR_RETURN_IF_ERROR(node.GetAttr(attr, &f));
    return Call(f.name, std::move(args));
  }

  absl::StatusOr<std::vector<RefValue>> Call(const std::string& function,
                                             std::vector<RefValue> args) {
    MR_ASSIGN_OR_RETURN(
        const FunctionLibrary::Body body,
        graph_.library().Instantiate(function, {}, graph_.registry(), graph_.shared_library()));
    const std::map<std::string, double> no_feeds;
    Interpreter interpreter(*body.graph, no_feeds, std::move(args));
    std::vector<RefValue> results;
    for (Node* ret : body.rets) {
      MR_ASSIGN_OR_RETURN(RefValue value, interpreter.Value(ret->input(0)));
      results.push_back(std::move(value));
    }
    return results;
  }

  const Graph& graph_;
  const std::map<std::string, double> feeds_;
  const std::vector<RefValue> args_;
  bool done_ = false;
  absl::flat_hash_map<const Node*, std::vector<RefValue>> values_;
};

}  // namespace

const Registry& GradientTestOps() {
  static const Registry& ops = []() -> const Registry& {
    Registry* r = new Registry;
    AddMath(r);
    AddArrays(r);
    AddCalls(r);
    return *r;
  }();
  return ops;
}

absl::StatusOr<double> Evaluate(const Graph& graph, Endpoint fetch,
                                const std::map<std::string, double>& feeds) {
  MR_ASSIGN_OR_RETURN(const RefValue value, Interpreter(graph, feeds, {}).Value(fetch));
  return value.number;
}

}  // namespace millrace
