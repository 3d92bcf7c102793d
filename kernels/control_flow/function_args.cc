// `_Arg` and `_Retval`: what goes into a function or step, and what comes out of it. A plan reads
// and writes their values itself; the kernels here stand for the devices that they may be placed
// on.
#include "absl/strings/str_cat.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

class PassedByPlan final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    op_ = c.op();
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext&) override {
    return absl::InternalError(absl::StrCat(op_, " runs as part of a plan only"));
  }
  bool cheap() const override { return true; }

 private:
  std::string op_;
};

}  // namespace

absl::Status RegisterFunctionArgs(Registry& r) {
  if (absl::Status status = r.Add(Op("_Arg")
                                      .Output("output: T")
                                      .Attr("T: type")
                                      .Attr("index: int >= 0")
                                      .Doc("The argument of this index of a function or step.")
                                      .Stateful()
                                      .Shape(UnknownOutputs)
                                      .NotDifferentiable()
                                      .Cpu<PassedByPlan>());
      !status.ok()) {
    return status;
  }
  return r.Add(Op("_Retval")
                   .Input("input: T")
                   .Attr("T: type")
                   .Attr("index: int >= 0")
                   .Doc("The result of this index of a function or step.")
                   .Stateful()
                   .Shape(NoOutputs)
                   .NotDifferentiable()
                   .Cpu<PassedByPlan>());
}

}  // namespace millrace
