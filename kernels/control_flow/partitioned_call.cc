// PartitionedCall, StatefulPartitionedCall: a call of a function.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/function_gradients.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "kernels/control_flow/function_call.h"

namespace millrace {
namespace {

class PartitionedCallKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    FunctionRef f;
    MR_RETURN_IF_ERROR(c.GetAttr("f", &f));
    if (c.functions() != nullptr && c.functions()->library().Find(f.name) == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("Function '", f.name, "' is not defined"));
    }
    return callee_.Init(c, std::move(f));
  }
  void ComputeAsync(KernelContext& c, Done done) override {
    CallFunction(&callee_, c, 0, std::move(done));
  }

 private:
  Callee callee_;
};

Op CallOp(absl::string_view name) {
  Op op(name);
  op.Input("args: Tin")
      .Output("output: Tout")
      .Attr("Tin: list(type) >= 0")
      .Attr("Tout: list(type) >= 0")
      .Attr("f: func")
      .Attr("config: string = ''")
      .Attr("config_proto: string = ''")
      .Attr("executor_type: string = ''")
      .Doc(
          "The results of function `f` applied to `args`.\n"
          "Placement may spread the body over devices. Attributes other than `f` have no effect.")
      .Shape(UnknownOutputs)
      .Gradient(BranchOpGradient)
      .MayWait()
      .Cpu<PartitionedCallKernel>();
  return op;
}

}  // namespace

absl::Status RegisterPartitionedCall(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(CallOp("PartitionedCall")));
  return r.Add(CallOp("StatefulPartitionedCall").Stateful());
}

}  // namespace millrace
