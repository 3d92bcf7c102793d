// RandomShuffle, StatelessShuffle: the rows of a tensor in random order.
#include <numeric>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/array/elements.h"
#include "kernels/random/distributions.h"
#include "kernels/random/random_kernels.h"

namespace millrace {
namespace {

// Output 0: the rows of input 0 by Fisher and Yates' shuffle. start(blocks) gives a generator for
// so many blocks.
template <typename Start>
absl::Status ShuffleRows(KernelContext& c, Start start) {
  const Tensor& in = c.input(0);
  if (in.num_elements() <= 1 || in.dim(0) <= 1) {
    c.set_output(0, in);
    return absl::OkStatus();
  }
  const int64_t n = in.dim(0), row = in.num_elements() / n;
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, in.shape(), &out));
  std::vector<int64_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  PhiloxWords words(start((static_cast<uint64_t>(n - 1) + 3) / 4));
  for (int64_t i = 0; i < n - 1; ++i)
    std::swap(order[i], order[i + words() % static_cast<uint32_t>(n - i)]);
  for (int64_t i = 0; i < n; ++i)
    CopyElements(in.dtype(), ElementAt(in, order[i] * row), MutableElementAt(*out, i * row), row);
  return absl::OkStatus();
}

class RandomShuffleKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return gen_.Init(c); }
  absl::Status Compute(KernelContext& c) override {
    return ShuffleRows(c, [&](uint64_t blocks) { return gen_.Reserve(blocks); });
  }

 private:
  GuardedPhilox gen_;
};

class StatelessShuffleKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Philox gen, PhiloxFromKey(c.input(1), c.input(2), c.input(3)));
    return ShuffleRows(c, [&](uint64_t) { return gen; });
  }
};

absl::Status StatelessShuffleShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  MR_RETURN_IF_ERROR(c.WithRank(2, 1).status());
  MR_RETURN_IF_ERROR(c.WithRank(3, 0).status());
  c.set_output(0, c.input(0));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterRandomShuffle(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("RandomShuffle")
                               .Input("value: T")
                               .Output("output: T")
                               .Attr("seed: int = 0")
                               .Attr("seed2: int = 0")
                               .Attr("T: type")
                               .Stateful()
                               .Doc("`value` with its rows (along dimension 0) in random order.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<RandomShuffleKernel>()));
  return r.Add(Op("StatelessShuffle")
                   .Input("value: T")
                   .Input("key: uint64")
                   .Input("counter: uint64")
                   .Input("alg: int32")
                   .Output("output: T")
                   .Attr("T: type")
                   .Doc("`value` with its rows (along dimension 0) in random order, as a function "
                        "of `key` and `counter`.")
                   .Shape(StatelessShuffleShape)
                   .NotDifferentiable()
                   .Cpu<StatelessShuffleKernel>());
}

}  // namespace millrace
