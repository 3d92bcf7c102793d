// MutexV2, MutexLock, ConsumeMutexLock: one lock for the steps that share it. It is held as long as
// the value that MutexLock gave lives.
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/named_resource.h"
#include "core/runtime/resource.h"
#include "core/runtime/step.h"
#include "kernels/queue/monitor.h"

namespace millrace {
namespace {

// Thread-safe.
class MutexResource final : public Resource {
 public:
  static constexpr char kTypeName[] = "Mutex";
  absl::string_view type_name() const override { return kTypeName; }
  void Close() override { monitor.Close(); }

  struct State {
    bool held = false;
  };
  Monitor<State> monitor;
};

class HeldLock final : public VariantValue {
 public:
  static constexpr absl::string_view kTypeName = "millrace::HeldLock";

  explicit HeldLock(std::shared_ptr<MutexResource> mutex)
      : released_(std::make_shared<Release>(std::move(mutex))) {}
  absl::string_view type_name() const override { return kTypeName; }
  std::shared_ptr<VariantValue> Clone() const override { return std::make_shared<HeldLock>(*this); }

 private:
  struct Release {
    explicit Release(std::shared_ptr<MutexResource> m) : mutex(std::move(m)) {}
    ~Release() {
      mutex->monitor.Change([](MutexResource::State& s) { return s.held = false; });
    }
    const std::shared_ptr<MutexResource> mutex;
  };

  std::shared_ptr<Release> released_;
};

class MutexKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return mutex_.Init(c); }
  absl::Status Compute(KernelContext& c) override {
    return mutex_.Output(c, [] { return std::make_shared<MutexResource>(); }).status();
  }

 private:
  NamedResource<MutexResource> mutex_;
};

class MutexLockKernel final : public AsyncKernel {
 public:
  void ComputeAsync(KernelContext& c, Done done) override {
    absl::StatusOr<std::shared_ptr<MutexResource>> mutex = c.resource<MutexResource>(0);
    if (!mutex.ok()) return done(mutex.status());
    MutexResource* m = mutex->get();
    m->monitor.Submit(
        c.step().cancellation,
        [](MutexResource::State& s) -> std::optional<absl::Status> {
          if (s.held) return std::nullopt;
          s.held = true;
          return absl::OkStatus();
        },
        [&c, mutex = *std::move(mutex), done = std::move(done)](absl::Status status) mutable {
          if (status.ok())
            c.set_output(0, Tensor::Scalar(Variant(std::make_shared<HeldLock>(std::move(mutex)))));
          done(std::move(status));
        });
  }
};

class ConsumeMutexLockKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor lock = c.take_input(0);
    if (lock.num_elements() == 1 && lock.scalar<Variant>().get<HeldLock>() != nullptr)
      return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("Expected input to contain a held lock, but saw: ", lock.DebugString()));
  }
};

}  // namespace

absl::Status RegisterMutex(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("MutexV2")
                               .Output("resource: resource")
                               .Attr("container: string = ''")
                               .Attr("shared_name: string = ''")
                               .Stateful()
                               .Doc("A mutex, which MutexLock locks.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<MutexKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("MutexLock")
                .Input("mutex: resource")
                .Output("mutex_lock: variant")
                .Stateful()
                .MayWait()
                .Doc("Locks a mutex, until nobody has the output any more; waits while another one "
                     "holds it.")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<MutexLockKernel>()));
  return r.Add(Op("ConsumeMutexLock")
                   .Input("mutex_lock: variant")
                   .Stateful()
                   .Doc("Keeps a lock until it runs.")
                   .Shape(NoOutputs)
                   .NotDifferentiable()
                   .Cpu<ConsumeMutexLockKernel>());
}

}  // namespace millrace
