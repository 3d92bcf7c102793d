// FractionalMaxPool, FractionalAvgPool: pooling over windows of random sizes.
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/base/philox.h"
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/nn/fractional_regions.h"

namespace millrace {
namespace {

// Draws as TensorFlow does, one 32-bit number after the other.
class RegionDraws {
 public:
  explicit RegionDraws(Philox gen) : gen_(gen) {}

  uint32_t Bits() {
    if (next_ == 4) {
      block_ = gen_();
      next_ = 0;
    }
    return block_[next_++];
  }
  // In [0, 1).
  double Unit() {
    const uint64_t high = Bits() & 0xfffffu, low = Bits();
    return static_cast<double>(high << 32 | low) / static_cast<double>(uint64_t{1} << 52);
  }
  // In [0, n).
  uint32_t Below(uint32_t n) {
    if ((n & (n - 1)) == 0) return Bits() & (n - 1);
    const uint32_t biased = std::numeric_limits<uint32_t>::max() % n + 1;
    uint32_t bits;
    do {
      bits = Bits();
    } while (bits < biased);
    return bits % n;
  }

 private:
  Philox gen_;
  Philox::Block block_ = {};
  int next_ = 4;
};

// Where `out` windows over `in` pixels begin, and the end. Advances `gen`.
std::vector<int64_t> PoolingSequence(int64_t in, int64_t out, bool pseudo_random, Philox* gen) {
  RegionDraws draws(*gen);
  // As many numbers are set aside as the way to draw may need, also where none is drawn.
  gen->Skip(pseudo_random ? 1 : static_cast<uint64_t>((out + 3) / 4));
  std::vector<int64_t> ends = {0};
  if (in % out == 0) {
    for (int64_t i = 1; i <= out; ++i) ends.push_back(i * (in / out));
    return ends;
  }
  if (pseudo_random) {
    // ceil(alpha (i + u)) for a u that keeps the first and the last window within their sizes.
    const double alpha = static_cast<double>(in) / static_cast<double>(out);
    const double k = static_cast<double>(in / out);
    const double largest = std::min((k + 2) / alpha - 1, (static_cast<double>(in) + 1 - k) / alpha -
                                                             static_cast<double>(out - 1));
    const double u = draws.Unit() * largest;
    for (int64_t i = 1; i < out; ++i)
      ends.push_back(static_cast<int64_t>(std::ceil(alpha * (static_cast<double>(i) + u))) - 1);
    ends.push_back(in);
    return ends;
  }
  // Sizes k and k + 1, shuffled.
  std::vector<int64_t> sizes(out, in / out);
  for (int64_t i = 0; i < in % out; ++i) ++sizes[i];
  for (int64_t i = 0; i < out; ++i)
    std::swap(sizes[i], sizes[i + draws.Below(static_cast<uint32_t>(out - i))]);
  for (const int64_t size : sizes) ends.push_back(ends.back() + size);
  return ends;
}

struct FractionalAttrs {
  std::array<double, 2> ratio;
  bool pseudo_random, overlapping, deterministic;
  int64_t seed, seed2;

  // INVALID_ARGUMENT for ratios below 1, or seeds without `deterministic`; UNIMPLEMENTED for
  // pooling of the batch or the channels.
  absl::Status Read(KernelConstruction& c) {
    std::vector<float> ratios;
    MR_RETURN_IF_ERROR(c.GetAttr("pooling_ratio", &ratios));
    MR_RETURN_IF_ERROR(c.GetAttr("pseudo_random", &pseudo_random));
    MR_RETURN_IF_ERROR(c.GetAttr("overlapping", &overlapping));
    MR_RETURN_IF_ERROR(c.GetAttr("deterministic", &deterministic));
    MR_RETURN_IF_ERROR(c.GetAttr("seed", &seed));
    MR_RETURN_IF_ERROR(c.GetAttr("seed2", &seed2));
    if (ratios.size() != 4)
      return absl::InvalidArgumentError("pooling_ratio field must specify 4 dimensions");
    for (const float r : ratios) {
      if (r >= 1) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("pooling_ratio cannot be smaller than 1, got: ", r));
    }
    if (ratios[0] != 1 || ratios[3] != 1) {
      return absl::UnimplementedError(
          "Fractional pooling is not yet supported on the batch nor channel dimension.");
    }
    if (!deterministic && (seed != 0 || seed2 != 0)) {
      return absl::InvalidArgumentError(
          "Both seed and seed2 should be 0 if deterministic is false.");
    }
    if (deterministic && seed == 0 && seed2 == 0) {
      seed = static_cast<int64_t>(RandomId());
      seed2 = static_cast<int64_t>(RandomId());
    }
    ratio = {ratios[1], ratios[2]};
    return absl::OkStatus();
  }
  Philox generator() const {
    return deterministic ? Philox(static_cast<uint64_t>(seed), static_cast<uint64_t>(seed2))
                         : Philox(RandomId(), RandomId());
  }
};

template <typename T, bool kMaximum>
class FractionalPoolKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Read(c); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    if (in.rank() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("value must be 4-dimensional, its shape is ", in.shape().ToString()));
    }
    Shape pooled = in.shape();
    for (int d = 0; d < 2; ++d) {
      const int64_t out =
          static_cast<int64_t>(std::floor(static_cast<double>(in.dim(d + 1)) / attrs_.ratio[d]));
      if (out <= 0) {
        return absl::InvalidArgumentError(absl::StrCat("Pooling ratio ", attrs_.ratio[d],
                                                       " is higher than size ", in.dim(d + 1)));
      }
      MR_RETURN_IF_ERROR(pooled.SetDim(d + 1, out));
    }
    Philox gen = attrs_.generator();
    for (int d = 0; d < 2; ++d) {
      c.set_output(1 + d, Tensor::Vector<int64_t>(PoolingSequence(in.dim(d + 1), pooled.dim(d + 1),
                                                                  attrs_.pseudo_random, &gen)));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, pooled, &out));
    MR_ASSIGN_OR_RETURN(const FractionalRegions regions,
                        FractionalRegions::Create(in.shape(), pooled, *c.mutable_output(1),
                                                  *c.mutable_output(2), attrs_.overlapping));
    for (int64_t b = 0; b < regions.batch; ++b)
      PoolImage(regions, b, in.data<T>(), out->mutable_data<T>());
    return absl::OkStatus();
  }

 private:
  static void PoolImage(const FractionalRegions& r, int64_t b, const T* in, T* out) {
    r.ForEachWindow(b, [&](int64_t pixel, int64_t y0, int64_t y1, int64_t x0, int64_t x1) {
      T* to = out + pixel * r.channels;
      std::fill_n(to, r.channels, kMaximum ? std::numeric_limits<T>::lowest() : T(0));
      for (int64_t y = y0; y < y1; ++y) {
        for (int64_t x = x0; x < x1; ++x) {
          const T* from = in + r.InAt(b, y, x);
          for (int64_t k = 0; k < r.channels; ++k)
            to[k] = kMaximum ? std::max(to[k], from[k]) : static_cast<T>(to[k] + from[k]);
        }
      }
      if constexpr (!kMaximum) {
        for (int64_t k = 0; k < r.channels; ++k)
          to[k] = static_cast<T>(to[k] / static_cast<T>((y1 - y0) * (x1 - x0)));
      }
    });
  }

  FractionalAttrs attrs_;
};

template <typename T>
using FractionalMaxPoolKernel = FractionalPoolKernel<T, true>;
template <typename T>
using FractionalAvgPoolKernel = FractionalPoolKernel<T, false>;

absl::Status FractionalPoolShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape in, c.WithRank(0, 4));
  std::vector<float> ratios;
  MR_RETURN_IF_ERROR(c.GetAttr("pooling_ratio", &ratios));
  if (ratios.size() != 4)
    return absl::InvalidArgumentError("pooling_ratio field must specify 4 dimensions");
  PartialShape out = in;
  for (int d = 0; d < 4; ++d) {
    if (in.dim(d) < 0) continue;
    const double size = std::floor(static_cast<double>(in.dim(d)) / double{ratios[d]});
    if (!(size >= 0)) return absl::InvalidArgumentError("pooling_ratio must not be negative");
    out.SetDim(d, static_cast<int64_t>(size));
  }
  for (const int i : {1, 2})
    c.set_output(i,
                 PartialShape::Of({out.dim(i) < 0 ? PartialShape::kUnknownDim : out.dim(i) + 1}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> FractionalMaxPoolGradient(Builder& b, const OpView& op,
                                                    const Gradients& dy) {
  return Gradients{b.Op1("FractionalMaxPoolGrad",
                         {op.input(0), op.output(0), dy[0], op.output(1), op.output(2)},
                         {{"overlapping", op.attr<bool>("overlapping")}})};
}
absl::StatusOr<Gradients> FractionalAvgPoolGradient(Builder& b, const OpView& op,
                                                    const Gradients& dy) {
  return Gradients{b.Op1("FractionalAvgPoolGrad",
                         {b.Shape(op.input(0), DType::kInt64), dy[0], op.output(1), op.output(2)},
                         {{"overlapping", op.attr<bool>("overlapping")}})};
}

Op FractionalPoolOp(const char* name, const char* doc) {
  Op op(name);
  op.Input("value: T")
      .Output("output: T")
      .Output("row_pooling_sequence: int64")
      .Output("col_pooling_sequence: int64")
      .Attr("pooling_ratio: list(float) >= 4")
      .Attr("pseudo_random: bool = false")
      .Attr("overlapping: bool = false")
      .Attr("deterministic: bool = false")
      .Attr("seed: int = 0")
      .Attr("seed2: int = 0")
      .Attr("T: {float, double, int32, int64}")
      .Doc(doc)
      .Shape(FractionalPoolShape);
  return op;
}

}  // namespace

absl::Status RegisterFractionalPool(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(FractionalPoolOp("FractionalMaxPool",
                             "The maxima of windows of random sizes, by which images become "
                             "pooling_ratio times smaller, and where the windows begin.")
                .Gradient(FractionalMaxPoolGradient)
                .Cpu<FractionalMaxPoolKernel, float, double, int32_t, int64_t>()));
  return r.Add(FractionalPoolOp("FractionalAvgPool",
                                "The means of windows of random sizes, by which images become "
                                "pooling_ratio times smaller, and where the windows begin.")
                   .Gradient(FractionalAvgPoolGradient)
                   .Cpu<FractionalAvgPoolKernel, float, double, int32_t, int64_t>());
}

}  // namespace millrace
