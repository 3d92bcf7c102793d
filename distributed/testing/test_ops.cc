#include "distributed/testing/test_ops.h"

#include <memory>
#include <utility>

#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/step.h"
#include "kernels/control_flow/register_control_flow.h"

namespace millrace {
namespace {

class SquareKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    Tensor* y;
    MR_RETURN_IF_ERROR(c.allocate_output(0, c.input(0).shape(), &y));
    const auto x = c.input(0).flat<float>();
    auto out = y->mutable_flat<float>();
    for (size_t i = 0; i < x.size(); ++i) out[i] = x[i] * x[i];
    return absl::OkStatus();
  }
};

class CountKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    static std::atomic<int64_t> count{0};
    c.set_output(0, Tensor::Scalar<int64_t>(++count));
    return absl::OkStatus();
  }
};

class HangKernel final : public AsyncKernel {
 public:
  void ComputeAsync(KernelContext& c, Done done) override {
    Cancellation* cancellation = c.step().cancellation;
    auto shared = std::make_shared<Done>(std::move(done));
    ++HangingOps();
    const int64_t id = cancellation->Register([cancellation, shared] {
      --HangingOps();
      (*shared)(cancellation->status());
    });
    if (id < 0) {
      --HangingOps();
      (*shared)(cancellation->status());
    }
  }
};

class FailKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    return absl::InvalidArgumentError("it failed");
  }
};

}  // namespace

std::atomic<int>& HangingOps() {
  static std::atomic<int> hanging{0};
  return hanging;
}

absl::Status RegisterTestOps(Registry& r) {
  MR_RETURN_IF_ERROR(RegisterControlFlowKernels(r));
  MR_RETURN_IF_ERROR(
      r.Add(Op("TestInput").Output("x: float").Shape(UnknownOutputs).NotDifferentiable()));
  MR_RETURN_IF_ERROR(r.Add(Op("TestSquare")
                               .Input("x: float")
                               .Output("y: float")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<SquareKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TestCount")
                               .Output("n: int64")
                               .Stateful()
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<CountKernel>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("TestHang").Stateful().MayWait().Shape(NoOutputs).NotDifferentiable().Cpu<HangKernel>()));
  return r.Add(Op("TestFail").Stateful().Shape(NoOutputs).NotDifferentiable().Cpu<FailKernel>());
}

}  // namespace millrace
