// Kernels of the queue device: Compute runs on the host, allocates, and enqueues what computes.
#include <cstring>
#include <memory>
#include <utility>

#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/testing/queue_device.h"
#include "kernels/control_flow/send_recv.h"

namespace millrace {
namespace {

QueueDevice& QueueOf(const KernelContext& c) { return *static_cast<QueueDevice*>(c.device()); }

const float* Floats(const Tensor& t) {
  return static_cast<const float*>(QueueDevice::HostAddress(t));
}
float* MutableFloats(const Tensor& t) { return static_cast<float*>(QueueDevice::HostAddress(t)); }

class ConstKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("value", &value_); }
  absl::Status Compute(KernelContext& c) override {
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, value_.shape(), &out));
    QueueOf(c).Enqueue([from = value_, to = *out] {
      if (to.buffer() != nullptr) {
        std::memcpy(QueueDevice::HostAddress(to), from.raw_data(), from.bytes());
      }
      return absl::OkStatus();
    });
    return absl::OkStatus();
  }

 private:
  Tensor value_;
};

// y = Fn(x), elementwise.
template <typename Fn>
absl::Status EnqueueUnary(KernelContext& c, Fn fn) {
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, c.input(0).shape(), &out));
  QueueOf(c).Enqueue([x = c.input(0), y = *out, fn] {
    for (int64_t i = 0; i < x.num_elements(); ++i) MutableFloats(y)[i] = fn(Floats(x)[i]);
    return absl::OkStatus();
  });
  return absl::OkStatus();
}

class NegKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    return EnqueueUnary(c, [](float x) { return -x; });
  }
};

class ScaleKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const float factor = c.input(1).scalar<float>();
    if (!c.device()->is_host()) {
      return EnqueueUnary(c, [factor](float x) { return factor * x; });
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, c.input(0).shape(), &out));
    for (int64_t i = 0; i < out->num_elements(); ++i) {
      out->mutable_data<float>()[i] = factor * c.input(0).data<float>()[i];
    }
    return absl::OkStatus();
  }
};

class AddKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).shape() != c.input(1).shape()) {
      return absl::InvalidArgumentError("shapes differ");
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, c.input(0).shape(), &out));
    QueueOf(c).Enqueue([a = c.input(0), b = c.input(1), y = *out] {
      for (int64_t i = 0; i < y.num_elements(); ++i) {
        MutableFloats(y)[i] = Floats(a)[i] + Floats(b)[i];
      }
      return absl::OkStatus();
    });
    return absl::OkStatus();
  }
};

class FailKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0, c.input(0));
    QueueOf(c).Enqueue([] { return absl::DataLossError("the queue failed"); });
    return absl::OkStatus();
  }
};

class NoOpKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext&) override { return absl::OkStatus(); }
};

template <typename K>
KernelRegistration On(absl::string_view device_type, std::vector<std::string> host_memory = {}) {
  return {std::string(device_type),
          {},
          std::move(host_memory),
          []() -> std::unique_ptr<Kernel> { return std::make_unique<K>(); },
          nullptr};
}

}  // namespace

absl::Status RegisterQueueKernels(Registry& r) {
  MR_RETURN_IF_ERROR(r.AddKernel("TestConst", On<ConstKernel>("QUEUE")));
  MR_RETURN_IF_ERROR(r.AddKernel("TestNeg", On<NegKernel>("QUEUE")));
  MR_RETURN_IF_ERROR(r.AddKernel("TestAdd", On<AddKernel>("QUEUE")));
  MR_RETURN_IF_ERROR(r.AddKernel("NoOp", On<NoOpKernel>("QUEUE")));
  MR_RETURN_IF_ERROR(r.Add(Op("TestScale")
                               .Input("x: float")
                               .Input("factor: float")
                               .Output("y: float")
                               .Doc("factor * x.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<ScaleKernel>()
                               .AddKernel(On<ScaleKernel>("QUEUE", {"factor"}))));
  MR_RETURN_IF_ERROR(r.Add(Op("TestQueueFail")
                               .Input("x: float")
                               .Output("y: float")
                               .Doc("x, and an error.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .AddKernel(On<FailKernel>("QUEUE"))));
  return AddSendRecvKernels(r, "QUEUE");
}

}  // namespace millrace
