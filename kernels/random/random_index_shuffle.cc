// RandomIndexShuffle: where a permutation puts an index, without the permutation.
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/wide.h"

namespace millrace {
namespace {

// The block cipher Simon (Beaulieu et al., 2013) on two words of `bits` bits each, with keys of
// three words.
class Simon {
 public:
  Simon(int bits, const uint32_t* key, int64_t rounds)
      : bits_(bits), mask_((uint64_t{1} << bits) - 1) {
    for (int i = 0; i < 3; ++i) keys_.push_back(key[i] & mask_);
    uint64_t z = 0x7369f885192c0ef5;  // the paper's sequence
    for (int64_t i = 3; i < rounds; ++i, z >>= 1) {
      const uint64_t last = keys_[i - 1];
      keys_.push_back((0xfffffffc & mask_) ^ (z & 1) ^ keys_[i - 3] ^ Right(last, 3) ^
                      Right(last, 4));
    }
    keys_.resize(static_cast<size_t>(rounds));
  }

  uint64_t operator()(uint64_t block) const {
    uint64_t left = (block >> bits_) & mask_, right = block & mask_;
    for (size_t i = 0; i + 1 < keys_.size(); i += 2) {
      left ^= Mix(right) ^ keys_[i];
      right ^= Mix(left) ^ keys_[i + 1];
    }
    return left << bits_ | right;
  }

 private:
  uint64_t Left(uint64_t x, int n) const { return (x << n | x >> (bits_ - n)) & mask_; }
  uint64_t Right(uint64_t x, int n) const { return Left(x, bits_ - n); }
  uint64_t Mix(uint64_t x) const { return (Left(x, 1) & Left(x, 8)) ^ Left(x, 2); }

  const int bits_;
  const uint64_t mask_;
  std::vector<uint64_t> keys_;
};

// Half the bits of the blocks in which the indices up to `most` lie: an even number of bits, at
// least 16.
int HalfBlock(uint64_t most) {
  constexpr int kLeast = 8;
  int half = kLeast;
  while (half < 32 && most > uint64_t{1} << (2 * half)) ++half;
  return half;
}

// Encrypted until it is an index again: a permutation of [0, most].
uint64_t ShuffledIndex(uint64_t index, const uint32_t* key, uint64_t most, int64_t rounds) {
  const Simon cipher(HalfBlock(most), key, rounds);
  do {
    index = cipher(index);
  } while (index > most);
  return index;
}

class RandomIndexShuffleKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("rounds", &rounds_));
    constexpr int64_t kMost = 64;
    if (rounds_ >= 4 && rounds_ % 2 == 0 && rounds_ <= kMost) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("rounds must be even and in [4, ", kMost, "], but is ", rounds_));
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor &index = c.input(0), &seed = c.input(1), &most = c.input(2);
    if (index.rank() > 1 || most.rank() > 1 || seed.rank() < 1 || seed.rank() > 2 ||
        seed.dim(seed.rank() - 1) != 3) {
      return absl::InvalidArgumentError(absl::StrCat(
          "index and max_index must be scalars or vectors and seed [3] or [n, 3], not ",
          index.shape().ToString(), ", ", most.shape().ToString(), " and ",
          seed.shape().ToString()));
    }
    int64_t n = 1;
    bool scalar = true;
    for (int i = 0; i < 3; ++i) {
      if (c.input(i).rank() == (i == 1 ? 1 : 0)) continue;
      if (!scalar && c.input(i).dim(0) != n) {
        return absl::InvalidArgumentError(
            absl::StrCat("index, seed and max_index must have one number of rows, not ", n, " and ",
                         c.input(i).dim(0)));
      }
      scalar = false;
      n = c.input(i).dim(0);
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, scalar ? Shape() : Shape({n}), &out));
    const std::vector<int64_t> indices = LoadWide<int64_t>(index), seeds = LoadWide<int64_t>(seed),
                               mosts = LoadWide<int64_t>(most);
    std::vector<int64_t> shuffled(static_cast<size_t>(n));
    const bool is_signed = index.dtype() == DType::kInt32 || index.dtype() == DType::kInt64;
    for (int64_t i = 0; i < n; ++i) {
      const int64_t at = indices[index.rank() == 0 ? 0 : i], end = mosts[most.rank() == 0 ? 0 : i];
      if ((is_signed && (at < 0 || end < 0)) ||
          static_cast<uint64_t>(at) > static_cast<uint64_t>(end)) {
        return absl::InvalidArgumentError(
            absl::StrCat("index must be in [0, max_index], but is ", at, " of ", end));
      }
      uint32_t key[3];
      for (int k = 0; k < 3; ++k)
        key[k] = static_cast<uint32_t>(seeds[(seed.rank() == 1 ? 0 : 3 * i) + k]);
      shuffled[i] = static_cast<int64_t>(
          ShuffledIndex(static_cast<uint64_t>(at), key, static_cast<uint64_t>(end), rounds_));
    }
    StoreWide(shuffled, out);
    return absl::OkStatus();
  }

 private:
  int64_t rounds_ = 4;
};

absl::Status IndexShuffleShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape index, c.WithRankAtMost(0, 1));
  MR_ASSIGN_OR_RETURN(const PartialShape most, c.WithRankAtMost(2, 1));
  MR_ASSIGN_OR_RETURN(const PartialShape seed, c.WithRankAtMost(1, 2));
  if (!index.known_rank() || !most.known_rank() || !seed.known_rank()) {
    c.set_output(0, PartialShape());
    return absl::OkStatus();
  }
  int64_t n = -1;
  if (index.rank() == 1) n = index.dim(0);
  if (most.rank() == 1) {
    MR_ASSIGN_OR_RETURN(n, ShapeContext::MergeDim(n, most.dim(0)));
  }
  if (seed.rank() == 2) {
    MR_ASSIGN_OR_RETURN(n, ShapeContext::MergeDim(n, seed.dim(0)));
  }
  const bool scalar = index.rank() == 0 && most.rank() == 0 && seed.rank() == 1;
  c.set_output(0, scalar ? PartialShape::Scalar() : PartialShape::Of({n}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterRandomIndexShuffle(Registry& r) {
  return r.Add(
      Op("RandomIndexShuffle")
          .Input("index: dtype")
          .Input("seed: Tseed")
          .Input("max_index: dtype")
          .Output("output: dtype")
          .Attr("rounds: int = 4")
          .Attr("dtype: {int32, uint32, int64, uint64}")
          .Attr("Tseed: {int32, uint32, int64, uint64}")
          .Doc("Where a permutation of [0, max_index], a function of `seed` (three "
               "numbers), puts an index; each of them may be one for all or a row of many.")
          .Shape(IndexShuffleShape)
          .NotDifferentiable()
          .Cpu<RandomIndexShuffleKernel>());
}

}  // namespace millrace
