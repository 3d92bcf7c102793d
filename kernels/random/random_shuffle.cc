// RandomShuffle: the rows of a tensor in random order.
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

class RandomShuffleKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return gen_.Init(c); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    if (in.num_elements() <= 1 || in.dim(0) <= 1) {
      c.set_output(0, in);
      return absl::OkStatus();
    }
    const int64_t n = in.dim(0), row = in.num_elements() / n;
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, in.shape(), &out));
    const std::vector<int64_t> order = RandomOrder(n);
    for (int64_t i = 0; i < n; ++i) {
      CopyElements(in.dtype(), ElementAt(in, order[i] * row), MutableElementAt(*out, i * row), row);
    }
    return absl::OkStatus();
  }

 private:
  // Fisher and Yates' shuffle.
  std::vector<int64_t> RandomOrder(int64_t n) {
    std::vector<int64_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    PhiloxWords words(gen_.Reserve((static_cast<uint64_t>(n - 1) + 3) / 4));
    for (int64_t i = 0; i < n - 1; ++i) {
      std::swap(order[i], order[i + words() % static_cast<uint32_t>(n - i)]);
    }
    return order;
  }

  GuardedPhilox gen_;
};

}  // namespace

absl::Status RegisterRandomShuffle(Registry& r) {
  return r.Add(Op("RandomShuffle")
                   .Input("value: T")
                   .Output("output: T")
                   .Attr("seed: int = 0")
                   .Attr("seed2: int = 0")
                   .Attr("T: type")
                   .Stateful()
                   .Doc("`value` with its rows (along dimension 0) in random order.")
                   .Shape(SameAsInput0)
                   .NotDifferentiable()
                   .Cpu<RandomShuffleKernel>());
}

}  // namespace millrace
