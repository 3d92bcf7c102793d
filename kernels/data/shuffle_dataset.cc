// ShuffleDataset, ShuffleAndRepeatDataset and their newer forms: each element is drawn at random
// from a buffer of those to come. The numbers are TensorFlow's for the same seeds.
#include <limits>

#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/repeats.h"
#include "kernels/data/seed_generator.h"

namespace millrace {
namespace {

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
  ShuffleDatasetImpl(DatasetPtr input, int64_t buffer_size, std::shared_ptr<SeedGenerator> seeds)
      : input_(std::move(input)), buffer_size_(buffer_size), seeds_(std::move(seeds)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<ShuffleIterator>(std::move(input), buffer_size_, seeds_->Next());
  }
  int64_t Cardinality() const override { return input_->Cardinality(); }

 private:
  const DatasetPtr input_;
  const int64_t buffer_size_;
  const std::shared_ptr<SeedGenerator> seeds_;
};

// (input_dataset, buffer_size), and after them seeds, how often (if kRepeat), a generator: not all
// forms have all of them.
template <bool kRepeat>
class ShuffleKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    if (!c.attrs().Has("reshuffle_each_iteration")) return absl::OkStatus();
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
    const int last = c.num_inputs() - 1;
    Seeds seeds{RandomId(), RandomId()};
    if (last > 2) {
      MR_ASSIGN_OR_RETURN(seeds, SeedInputs(c, 2));
    }
    auto generator = std::make_shared<SeedGenerator>(seeds, reshuffle_);
    if (c.input(last).dtype() == DType::kResource) {
      MR_ASSIGN_OR_RETURN(generator, SeedGeneratorInput(c, last, seeds, reshuffle_));
    }
    auto shuffled =
        std::make_shared<ShuffleDatasetImpl>(std::move(input), buffer_size, std::move(generator));
    if (!kRepeat) return shuffled;
    MR_ASSIGN_OR_RETURN(const int64_t count, Int64Input(c, 4, "count"));
    if (count > 0 || count == -1)
      return std::make_shared<RepeatedDataset>(std::move(shuffled), count);
    return absl::InvalidArgumentError(
        absl::StrCat("count must be greater than zero or equal to -1, got ", count));
  }

  bool reshuffle_ = true;
};

absl::Status AddShuffleAndRepeat(Registry& r) {
  for (const bool with_generator : {false, true}) {
    Op op(with_generator ? "ShuffleAndRepeatDatasetV2" : "ShuffleAndRepeatDataset");
    op.Input("input_dataset: variant")
        .Input("buffer_size: int64")
        .Input("seed: int64")
        .Input("seed2: int64")
        .Input("count: int64");
    if (with_generator) op.Input("seed_generator: resource").Stateful();
    op.Output("handle: variant")
        .Attr("reshuffle_each_iteration: bool = true")
        .Attr("output_types: list(type) >= 1")
        .Attr("output_shapes: list(shape) >= 1")
        .Attr("metadata: string = ''")
        .Doc(
            "`count` times the input's elements in random order, within a moving window of "
            "buffer_size; for ever if count is -1.")
        .Shape(ScalarOutputs)
        .NotDifferentiable()
        .Cpu<ShuffleKernel<true>>();
    MR_RETURN_IF_ERROR(r.Add(op));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterShuffleDataset(Registry& r) {
  MR_RETURN_IF_ERROR(AddShuffleAndRepeat(r));
  MR_RETURN_IF_ERROR(
      r.Add(Op("ShuffleDataset")
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
                .Cpu<ShuffleKernel<false>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("ShuffleDatasetV2")
                               .Input("input_dataset: variant")
                               .Input("buffer_size: int64")
                               .Input("seed_generator: resource")
                               .Output("handle: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("metadata: string = ''")
                               .Stateful()
                               .Doc("The input's elements in random order, within a moving window "
                                    "of buffer_size; seeds come from the generator.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<ShuffleKernel<false>>()));
  return r.Add(Op("ShuffleDatasetV3")
                   .Input("input_dataset: variant")
                   .Input("buffer_size: int64")
                   .Input("seed: int64")
                   .Input("seed2: int64")
                   .Input("seed_generator: resource")
                   .Output("handle: variant")
                   .Attr("reshuffle_each_iteration: bool = true")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("metadata: string = ''")
                   .Stateful()
                   .Doc("The input's elements in random order, within a moving window of "
                        "buffer_size; seeds come from the generator, if it exists.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<ShuffleKernel<false>>());
}

}  // namespace millrace
