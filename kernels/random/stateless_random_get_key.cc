// StatelessRandomGetKeyCounter, StatelessRandomGetAlg, StatelessRandomGetKeyCounterAlg: from a seed
// to what the V2 ops take.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/random/distributions.h"
#include "kernels/random/random_kernels.h"
#include "kernels/random/stateless_key.h"

namespace millrace {
namespace {

class GetKeyCounterKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const PhiloxKeyCounter k, ScrambleSeed(c.input(0)));
    const auto join = [](uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; };
    c.set_output(0, Tensor::Vector<uint64_t>({join(k.key[0], k.key[1])}));
    c.set_output(1, Tensor::Vector<uint64_t>(
                        {join(k.counter[0], k.counter[1]), join(k.counter[2], k.counter[3])}));
    if (c.num_outputs() > 2) c.set_output(2, Tensor::Scalar<int32_t>(kPhiloxAlgorithm));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

class GetAlgKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0, Tensor::Scalar<int32_t>(kPhiloxAlgorithm));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

absl::Status KeyCounterShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape seed, c.WithRank(0, 1));
  MR_RETURN_IF_ERROR(ShapeContext::MergeDim(seed.dim(0), 2).status());
  c.set_output(0, PartialShape::Of({1}));
  c.set_output(1, PartialShape::Of({2}));
  if (c.num_outputs() > 2) c.set_output(2, PartialShape::Scalar());
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterStatelessRandomGetKey(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("StatelessRandomGetKeyCounter")
                               .Input("seed: Tseed")
                               .Output("key: uint64")
                               .Output("counter: uint64")
                               .Attr("Tseed: {int32, int64} = DT_INT64")
                               .Doc("Philox's key and counter for `seed`.")
                               .Shape(KeyCounterShape)
                               .NotDifferentiable()
                               .Cpu<GetKeyCounterKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StatelessRandomGetKeyCounterAlg")
                               .Input("seed: Tseed")
                               .Output("key: uint64")
                               .Output("counter: uint64")
                               .Output("alg: int32")
                               .Attr("Tseed: {int32, int64} = DT_INT64")
                               .Doc("Philox's key and counter for `seed`, and its number.")
                               .Shape(KeyCounterShape)
                               .NotDifferentiable()
                               .Cpu<GetKeyCounterKernel>()));
  return r.Add(Op("StatelessRandomGetAlg")
                   .Output("alg: int32")
                   .Stateful()
                   .Doc("The number of the random algorithm used here: 1, Philox.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<GetAlgKernel>());
}

}  // namespace millrace
