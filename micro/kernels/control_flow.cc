#include "micro/kernels/control_flow.h"

#include <initializer_list>

#include "micro/core/interpreter.h"

namespace millrace::micro {
namespace {

// The tensors that a subgraph takes or gives.
class Ports {
 public:
  static Ports Inputs(const OpContext& context, int subgraph) { return {context, subgraph, true}; }
  static Ports Outputs(const OpContext& context, int subgraph) {
    return {context, subgraph, false};
  }
  int size() const { return indices_.size(); }
  TensorView operator[](int i) const { return interpreter_.tensor(subgraph_, indices_[i]); }

 private:
  Ports(const OpContext& context, int subgraph, bool inputs)
      : interpreter_(context.interpreter()), subgraph_(subgraph) {
    const SubgraphView view = interpreter_.graph().model.subgraph(subgraph);
    indices_ = inputs ? view.inputs() : view.outputs();
  }
  const MicroInterpreter& interpreter_;
  int subgraph_;
  fb::Vector<int32_t> indices_;
};

bool Exists(const OpContext& context, int subgraph) {
  return subgraph >= 0 && subgraph < context.interpreter().graph().model.subgraphs().size();
}

bool Fit(const TensorView& a, const TensorView& b) {
  return a.type() == b.type() && a.bytes() == b.bytes();
}

void Copy(const TensorView& from, const TensorView& to) {
  __builtin_memcpy(to.raw(), from.raw(), to.bytes());
}

bool IsPredicate(const TensorView& tensor) {
  return tensor.type() == TensorType::kBool && tensor.elements() == 1;
}

// Whether the subgraph takes the op's inputs from `first_input` on.
bool Takes(const OpContext& context, int subgraph, int first_input) {
  const Ports inputs = Ports::Inputs(context, subgraph);
  if (inputs.size() != context.num_inputs() - first_input) return false;
  for (int i = 0; i < inputs.size(); ++i) {
    if (!context.has_input(first_input + i)) return false;
    if (!Fit(context.input(first_input + i), inputs[i])) return false;
  }
  return true;
}

// Whether the subgraph gives the op's outputs.
bool Gives(const OpContext& context, int subgraph) {
  const Ports outputs = Ports::Outputs(context, subgraph);
  if (outputs.size() != context.num_outputs()) return false;
  for (int i = 0; i < outputs.size(); ++i) {
    if (!Fit(outputs[i], context.output(i))) return false;
  }
  return true;
}

Status PrepareIf(OpContext& context) {
  MR_ENSURE(context, IsPredicate(context.input(0)), Status::kInvalidShape,
            "the condition is not one bool");
  const CalledSubgraphs branches = SubgraphsOf(BuiltinOp::kIf, context.options());
  for (const int branch : {branches.first, branches.second}) {
    MR_ENSURE(context, Exists(context, branch), Status::kInvalidModel, "a branch does not exist");
    MR_ENSURE(context, Takes(context, branch, 1) && Gives(context, branch), Status::kInvalidModel,
              "a branch's inputs and outputs are not those of the op");
  }
  return Status::kOk;
}

Status InvokeIf(OpContext& context) {
  const CalledSubgraphs branches = SubgraphsOf(BuiltinOp::kIf, context.options());
  const int branch = *context.input_data<uint8_t>(0) != 0 ? branches.first : branches.second;
  const Ports inputs = Ports::Inputs(context, branch);
  for (int i = 0; i < inputs.size(); ++i) Copy(context.input(1 + i), inputs[i]);
  MR_TRY(context.interpreter().InvokeSubgraph(branch));
  const Ports outputs = Ports::Outputs(context, branch);
  for (int i = 0; i < outputs.size(); ++i) Copy(outputs[i], context.output(i));
  return Status::kOk;
}

Status PrepareWhile(OpContext& context) {
  const CalledSubgraphs called = SubgraphsOf(BuiltinOp::kWhile, context.options());
  const int condition = called.first, body = called.second;
  MR_ENSURE(context, Exists(context, condition) && Exists(context, body), Status::kInvalidModel,
            "the condition or the body does not exist");
  MR_ENSURE(context,
            context.num_inputs() == context.num_outputs() && Takes(context, condition, 0) &&
                Takes(context, body, 0) && Gives(context, body),
            Status::kInvalidModel, "inputs and outputs of condition, body and op do not agree");
  const Ports outputs = Ports::Outputs(context, condition);
  MR_ENSURE(context, outputs.size() == 1 && IsPredicate(outputs[0]), Status::kInvalidModel,
            "the condition does not give one bool");
  for (int i = 0; i < context.num_inputs(); ++i) {
    MR_ENSURE(context, Fit(context.input(i), context.output(i)), Status::kInvalidModel,
              "an input and its output do not agree");
  }
  return Status::kOk;
}

// The op's outputs hold the loop's values between steps: they live while condition and body run.
Status InvokeWhile(OpContext& context) {
  const CalledSubgraphs called = SubgraphsOf(BuiltinOp::kWhile, context.options());
  const int condition = called.first, body = called.second;
  const Ports condition_inputs = Ports::Inputs(context, condition);
  const Ports body_inputs = Ports::Inputs(context, body);
  const Ports body_outputs = Ports::Outputs(context, body);
  const uint8_t* goes_on = Ports::Outputs(context, condition)[0].data<uint8_t>();
  const int values = context.num_outputs();
  for (int i = 0; i < values; ++i) Copy(context.input(i), context.output(i));
  for (;;) {
    for (int i = 0; i < values; ++i) Copy(context.output(i), condition_inputs[i]);
    MR_TRY(context.interpreter().InvokeSubgraph(condition));
    if (*goes_on == 0) return Status::kOk;
    for (int i = 0; i < values; ++i) Copy(context.output(i), body_inputs[i]);
    MR_TRY(context.interpreter().InvokeSubgraph(body));
    for (int i = 0; i < values; ++i) Copy(body_outputs[i], context.output(i));
  }
}

struct CallOnceData {
  bool done;
};

Status PrepareCallOnce(OpContext& context) {
  const int subgraph = SubgraphsOf(BuiltinOp::kCallOnce, context.options()).first;
  MR_ENSURE(context, Exists(context, subgraph), Status::kInvalidModel,
            "the subgraph does not exist");
  MR_ENSURE(
      context,
      Ports::Inputs(context, subgraph).size() == 0 && Ports::Outputs(context, subgraph).size() == 0,
      Status::kInvalidModel, "the subgraph has inputs or outputs");
  CallOnceData* data;
  return context.NewData(&data);
}

Status InvokeCallOnce(OpContext& context) {
  CallOnceData& data = context.data<CallOnceData>();
  if (data.done) return Status::kOk;
  MR_TRY(context.interpreter().InvokeSubgraph(
      SubgraphsOf(BuiltinOp::kCallOnce, context.options()).first));
  data.done = true;
  return Status::kOk;
}

void ResetCallOnce(OpContext& context) { context.data<CallOnceData>().done = false; }

}  // namespace

const OpRegistration kIfOp = {
    .code = BuiltinOp::kIf,
    .max_version = 1,
    .min_inputs = 1,
    .min_outputs = 0,
    .max_outputs = 255,
    .prepare = PrepareIf,
    .invoke = InvokeIf,
};

const OpRegistration kWhileOp = {
    .code = BuiltinOp::kWhile,
    .max_version = 1,
    .min_outputs = 0,
    .max_outputs = 255,
    .prepare = PrepareWhile,
    .invoke = InvokeWhile,
};

const OpRegistration kCallOnceOp = {
    .code = BuiltinOp::kCallOnce,
    .max_version = 1,
    .max_inputs = 0,
    .min_outputs = 0,
    .max_outputs = 0,
    .prepare = PrepareCallOnce,
    .invoke = InvokeCallOnce,
    .reset = ResetCallOnce,
};

}  // namespace millrace::micro
