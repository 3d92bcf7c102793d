// ShuffleDataset: each element is drawn at random from a buffer of those to come. The numbers are
// TensorFlow's for the same seeds.
#include <limits>

#include "core/base/mutex.h"
#include "core/base/philox.h"
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

struct Seeds {
  uint64_t seed = 0, seed2 = 0;
};

// One 32-bit number after the other.
class Words {
 public:
  explicit Words(Seeds s) : gen_(s.seed, s.seed2) {}
  uint32_t operator()() {
    if (next_ == block_.size()) {
      block_ = gen_();
      next_ = 0;
    }
    return block_[next_++];
  }

 private:
  Philox gen_;
  Philox::Block block_ = {};
  size_t next_ = 4;
};

// The buffer is a ring: elements begin_ .. end_-1 at those numbers modulo its size.
class ShuffleIterator final : public DatasetIterator {
 public:
  ShuffleIterator(std::unique_ptr<DatasetIterator> input, int64_t buffer_size, Seeds seeds)
      : input_(std::move(input)), buffer_size_(buffer_size), words_(seeds) {}
  NextResult Next() override {
    while (!input_ended_ && end_ - begin_ < buffer_size_) {
      NextResult next = input_->Next();
      if (!next.status.ok()) return next;
      if (next.end) {
        input_ended_ = true;
      } else {
        At(end_++) = std::move(next.element);
      }
    }
    NextResult result;
    if (begin_ == end_) {
      result.end = true;
      return result;
    }
    Element& chosen = At(begin_ + words_() % (end_ - begin_));
    result.element = std::move(chosen);
    // The oldest takes the place that became free.
    if (&chosen != &At(begin_)) chosen = std::move(At(begin_));
    ++begin_;
    return result;
  }

 private:
  Element& At(int64_t number) {
    const size_t at = static_cast<size_t>(number % buffer_size_);
    if (at == buffer_.size()) buffer_.emplace_back();
    return buffer_[at];
  }

  const std::unique_ptr<DatasetIterator> input_;
  const int64_t buffer_size_;
  Words words_;
  std::vector<Element> buffer_;
  int64_t begin_ = 0, end_ = 0;
  bool input_ended_ = false;
};

class ShuffleDatasetImpl final : public Dataset {
 public:
  ShuffleDatasetImpl(DatasetPtr input, int64_t buffer_size, Seeds seeds, bool reshuffle)
      : input_(std::move(input)),
        buffer_size_(buffer_size),
        seeds_(seeds),
        reshuffle_(reshuffle),
        words_(seeds) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<ShuffleIterator>(std::move(input), buffer_size_, NextSeeds());
  }

 private:
  Seeds NextSeeds() const {
    if (!reshuffle_) return seeds_;
    MutexLock lock(mu_);
    const uint64_t seed = words_();
    return {seed, words_()};
  }

  const DatasetPtr input_;
  const int64_t buffer_size_;
  const Seeds seeds_;
  const bool reshuffle_;
  mutable Mutex mu_;
  mutable Words words_ ABSL_GUARDED_BY(mu_);
};

class ShuffleKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("reshuffle_each_iteration", &reshuffle_);
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(int64_t buffer_size, Int64Input(c, 1, "buffer_size"));
    if (buffer_size == -1) buffer_size = std::numeric_limits<int64_t>::max();
    if (buffer_size <= 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("buffer_size must be greater than zero, got ", buffer_size));
    }
    MR_ASSIGN_OR_RETURN(const int64_t seed, Int64Input(c, 2, "seed"));
    MR_ASSIGN_OR_RETURN(const int64_t seed2, Int64Input(c, 3, "seed2"));
    Seeds seeds = {static_cast<uint64_t>(seed), static_cast<uint64_t>(seed2)};
    if (seed == 0 && seed2 == 0) seeds = {RandomId(), RandomId()};
    return std::make_shared<ShuffleDatasetImpl>(std::move(input), buffer_size, seeds, reshuffle_);
  }

  bool reshuffle_;
};

}  // namespace

absl::Status RegisterShuffleDataset(Registry& r) {
  return r.Add(
      Op("ShuffleDataset")
          .Input("input_dataset: variant")
          .Input("buffer_size: int64")
          .Input("seed: int64")
          .Input("seed2: int64")
          .Output("handle: variant")
          .Attr("reshuffle_each_iteration: bool = true")
          .Attr("output_types: list(type) >= 1")
          .Attr("output_shapes: list(shape) >= 1")
          .Attr("metadata: string = ''")
          .Doc("The input's elements in random order, within a moving window of buffer_size.")
          .Shape(ScalarOutputs)
          .NotDifferentiable()
          .Cpu<ShuffleKernel>());
}

}  // namespace millrace
