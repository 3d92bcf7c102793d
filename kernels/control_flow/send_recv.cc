// `_Send` and `_Recv`: an edge of the graph that crosses devices, through the step's rendezvous.
#include "kernels/control_flow/send_recv.h"

#include <memory>
#include <string>
#include <utility>

#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/rendezvous.h"
#include "core/runtime/step.h"

namespace millrace {
namespace {

// What both ends read from their attributes.
class Edge {
 public:
  absl::Status Init(const KernelConstruction& c) {
    int64_t incarnation = 0, edge_id = 0;
    MR_RETURN_IF_ERROR(c.GetAttr("send_device_incarnation", &incarnation));
    MR_RETURN_IF_ERROR(c.GetAttr("edge_id", &edge_id));
    MR_RETURN_IF_ERROR(c.GetAttr("send_device", &edge_.send_device));
    MR_RETURN_IF_ERROR(c.GetAttr("recv_device", &edge_.recv_device));
    MR_RETURN_IF_ERROR(c.GetAttr("tensor_name", &edge_.tensor_name));
    sender_incarnation_ = static_cast<uint64_t>(incarnation);
    edge_id_ = static_cast<uint64_t>(edge_id);
    return absl::OkStatus();
  }

  absl::Status Send(StepContext& step, Tensor tensor, bool is_dead) const {
    MR_RETURN_IF_ERROR(CheckRendezvous(step));
    return step.rendezvous->Send(KeyIn(step), edge_, {std::move(tensor), is_dead});
  }

  void RecvAsync(StepContext& step, Rendezvous::RecvDone done) const {
    if (absl::Status status = CheckRendezvous(step); !status.ok()) {
      done(std::move(status));
      return;
    }
    step.rendezvous->RecvAsync(KeyIn(step), edge_, std::move(done));
  }

 private:
  RendezvousKey KeyIn(const StepContext& step) const {
    return {sender_incarnation_, edge_id_, step.frame, step.iteration};
  }

  absl::Status CheckRendezvous(const StepContext& step) const {
    if (step.rendezvous != nullptr) return absl::OkStatus();
    return absl::InternalError("The step has no rendezvous: it was not meant to cross devices");
  }

  RendezvousEdge edge_;
  uint64_t sender_incarnation_ = 0, edge_id_ = 0;
};

class SendKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return edge_.Init(c); }
  absl::Status Compute(KernelContext& c) override {
    return edge_.Send(c.step(), c.is_dead() ? Tensor() : c.take_input(0), c.is_dead());
  }
  bool cheap() const override { return true; }

 private:
  Edge edge_;
};

class RecvKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return edge_.Init(c); }
  void ComputeAsync(KernelContext& c, Done done) override {
    edge_.RecvAsync(c.step(), [&c, done = std::move(done)](absl::StatusOr<Received> got) mutable {
      if (got.ok() && got->is_dead) {
        c.set_dead(true);
      } else if (got.ok()) {
        c.set_output(0, std::move(got->tensor));
      }
      done(got.status());
    });
  }
  bool cheap() const override { return true; }

 private:
  Edge edge_;
};

// From a device with memory of its own: sent once the copy to the host has arrived.
class DeviceSendKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return edge_.Init(c); }
  void ComputeAsync(KernelContext& c, Done done) override {
    if (c.is_dead()) {
      done(edge_.Send(c.step(), Tensor(), true));
      return;
    }
    c.device()->CopyToHost(
        c.input(0), [this, &c, done = std::move(done)](absl::StatusOr<Tensor> copy) mutable {
          done(copy.ok() ? edge_.Send(c.step(), *std::move(copy), false) : copy.status());
        });
  }
  bool cheap() const override { return true; }

 private:
  Edge edge_;
};

class DeviceRecvKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return edge_.Init(c); }
  void ComputeAsync(KernelContext& c, Done done) override {
    edge_.RecvAsync(c.step(), [&c, done = std::move(done)](absl::StatusOr<Received> got) mutable {
      if (!got.ok() || got->is_dead) {
        if (got.ok()) c.set_dead(true);
        done(got.status());
        return;
      }
      // Handles and strings stay on the host.
      if (!IsTriviallyCopyable(got->tensor.dtype())) {
        c.set_output(0, std::move(got->tensor));
        done(absl::OkStatus());
        return;
      }
      c.device()->CopyFromHost(got->tensor,
                               [&c, done = std::move(done)](absl::StatusOr<Tensor> copy) mutable {
                                 if (copy.ok()) c.set_output(0, *std::move(copy));
                                 done(copy.status());
                               });
    });
  }
  bool cheap() const override { return true; }

 private:
  Edge edge_;
};

template <typename K>
std::unique_ptr<Kernel> Make() {
  return std::make_unique<K>();
}

Op& AddEdgeAttrs(Op& op) {
  return op.Attr("tensor_name: string")
      .Attr("send_device: string")
      .Attr("send_device_incarnation: int")
      .Attr("recv_device: string")
      .Attr("client_terminated: bool = false")
      .Attr("edge_id: int = 0")
      .Stateful()
      .NotDifferentiable();
}

}  // namespace

absl::Status AddSendRecvKernels(Registry& r, absl::string_view device_type) {
  const std::string type(device_type);
  MR_RETURN_IF_ERROR(r.AddKernel("_Send", {type, {}, {}, &Make<DeviceSendKernel>, nullptr}));
  return r.AddKernel("_Recv", {type, {}, {}, &Make<DeviceRecvKernel>, nullptr});
}

absl::Status RegisterSendRecv(Registry& r) {
  Op send("_Send");
  send.Input("tensor: T").Attr("T: type").Doc("Sends a tensor to another device.");
  MR_RETURN_IF_ERROR(r.Add(AddEdgeAttrs(send).Shape(NoOutputs).Cpu<SendKernel>()));
  Op recv("_Recv");
  recv.Output("tensor: tensor_type").Attr("tensor_type: type").MayWait();
  recv.Doc("Receives a tensor from another device.");
  return r.Add(AddEdgeAttrs(recv).Shape(UnknownOutputs).Cpu<RecvKernel>());
}

}  // namespace millrace
