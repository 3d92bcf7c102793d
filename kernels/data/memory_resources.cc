// The resources that datasets keep what they remember in: AnonymousSeedGenerator,
// AnonymousMemoryCache and their kin.
#include "core/graph/registry.h"
#include "kernels/data/anonymous_resource.h"
#include "kernels/data/memory_cache.h"
#include "kernels/data/seed_generator.h"

namespace millrace {
namespace {

// A handle that names nothing: the dataset that takes it makes a resource of its own.
template <typename R>
class DummyHandleKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0, Tensor::Scalar<ResourceHandle>(
                        c.resources().MakeHandle("", "dummy_resource", R::kTypeName)));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

// (seed, seed2, [reshuffle])
class SeedGeneratorKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Seeds seeds, SeedInputs(c, 0));
    bool reshuffle = true;
    if (c.num_inputs() > 2) {
      MR_ASSIGN_OR_RETURN(reshuffle, BoolInput(c, 2, "reshuffle"));
    }
    return OutputAnonymous(c, std::make_shared<SeedGenerator>(seeds, reshuffle));
  }
};

class MemoryCacheKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    return OutputAnonymous(c, std::make_shared<MemoryCache>());
  }
};

}  // namespace

absl::Status RegisterMemoryResources(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("DeleteRandomSeedGenerator")
                               .Input("handle: resource")
                               .Input("deleter: variant")
                               .Stateful()
                               .Doc("Deletes a generator.")
                               .Shape(NoOutputs)
                               .NotDifferentiable()
                               .Cpu<DeleteAnonymousKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("DummySeedGenerator")
                               .Output("handle: resource")
                               .Stateful()
                               .Doc("A handle that names no generator.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<DummyHandleKernel<SeedGenerator>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("DummyMemoryCache")
                               .Output("handle: resource")
                               .Stateful()
                               .Doc("A handle that names no cache.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<DummyHandleKernel<MemoryCache>>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("AnonymousSeedGenerator")
                .Input("seed: int64")
                .Input("seed2: int64")
                .Input("reshuffle: bool")
                .Output("handle: resource")
                .Output("deleter: variant")
                .Stateful()
                .Doc("A generator of seeds; without `reshuffle` they are always the same.")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<SeedGeneratorKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("AnonymousRandomSeedGenerator")
                               .Input("seed: int64")
                               .Input("seed2: int64")
                               .Output("handle: resource")
                               .Output("deleter: variant")
                               .Stateful()
                               .Doc("A generator of seeds.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<SeedGeneratorKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("DeleteSeedGenerator")
                               .Input("handle: resource")
                               .Input("deleter: variant")
                               .Stateful()
                               .Doc("Removes the generator.")
                               .Shape(NoOutputs)
                               .NotDifferentiable()
                               .Cpu<DeleteAnonymousKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("AnonymousMemoryCache")
                               .Output("handle: resource")
                               .Output("deleter: variant")
                               .Stateful()
                               .Doc("An empty cache.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<MemoryCacheKernel>()));
  return r.Add(Op("DeleteMemoryCache")
                   .Input("handle: resource")
                   .Input("deleter: variant")
                   .Stateful()
                   .Doc("Removes the cache.")
                   .Shape(NoOutputs)
                   .NotDifferentiable()
                   .Cpu<DeleteAnonymousKernel>());
}

}  // namespace millrace
