// RepeatDataset, TakeDataset, SkipDataset, ZipDataset, ConcatenateDataset: sequences made of
// sequences.
#include <algorithm>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/repeats.h"

namespace millrace {
namespace {

NextResult EndOfSequence() {
  NextResult result;
  result.end = true;
  return result;
}

class TakeIterator final : public DatasetIterator {
 public:
  TakeIterator(std::unique_ptr<DatasetIterator> input, int64_t count)
      : input_(std::move(input)), left_(count) {}
  NextResult Next() override {
    if (left_ == 0) return EndOfSequence();
    NextResult next = input_->Next();
    if (next.status.ok() && !next.end && left_ > 0) --left_;
    return next;
  }
  static int64_t Cardinality(int64_t n, int64_t count) {
    if (count < 0 || n == kUnknownCardinality) return n;
    return n == kInfiniteCardinality ? count : std::min(n, count);
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  int64_t left_;  // negative: all
};

class SkipIterator final : public DatasetIterator {
 public:
  SkipIterator(std::unique_ptr<DatasetIterator> input, int64_t count)
      : input_(std::move(input)), left_(count) {}
  NextResult Next() override {
    if (left_ < 0) return EndOfSequence();
    for (; left_ > 0; --left_) {
      NextResult next = input_->Next();
      if (!next.status.ok() || next.end) return next;
    }
    return input_->Next();
  }
  static int64_t Cardinality(int64_t n, int64_t count) {
    if (count < 0) return 0;
    return n < 0 ? n : std::max<int64_t>(0, n - count);
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  int64_t left_;  // negative: all
};

// The components of an element of each input; ends with the shortest.
class ZipIterator final : public DatasetIterator {
 public:
  explicit ZipIterator(std::vector<std::unique_ptr<DatasetIterator>> inputs)
      : inputs_(std::move(inputs)) {}
  NextResult Next() override {
    NextResult result;
    if (ended_) return EndOfSequence();
    for (const auto& input : inputs_) {
      NextResult next = input->Next();
      if (!next.status.ok() || next.end) {
        ended_ = next.end;
        return next;
      }
      for (Tensor& t : next.element) result.element.push_back(std::move(t));
    }
    return result;
  }
  static int64_t Cardinality(const std::vector<int64_t>& counts) {
    int64_t least = kInfiniteCardinality;
    for (const int64_t n : counts) {
      if (n == kUnknownCardinality) return n;
      if (n >= 0) least = least < 0 ? n : std::min(least, n);
    }
    return least;
  }

 private:
  const std::vector<std::unique_ptr<DatasetIterator>> inputs_;
  bool ended_ = false;
};

class ConcatenateIterator final : public DatasetIterator {
 public:
  explicit ConcatenateIterator(std::vector<std::unique_ptr<DatasetIterator>> inputs)
      : inputs_(std::move(inputs)) {}
  NextResult Next() override {
    for (; at_ < inputs_.size(); ++at_) {
      NextResult next = inputs_[at_]->Next();
      if (!next.end) return next;
    }
    return EndOfSequence();
  }
  static int64_t Cardinality(const std::vector<int64_t>& counts) {
    int64_t total = 0;
    bool unknown = false;
    for (const int64_t n : counts) {
      if (n == kInfiniteCardinality) return n;
      unknown = unknown || n < 0 || __builtin_add_overflow(total, n, &total);
    }
    return unknown ? kUnknownCardinality : total;
  }

 private:
  const std::vector<std::unique_ptr<DatasetIterator>> inputs_;
  size_t at_ = 0;
};

// A dataset of one input and a number.
template <typename Iterator>
class CountedDataset final : public Dataset {
 public:
  CountedDataset(DatasetPtr input, int64_t count) : input_(std::move(input)), count_(count) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<Iterator>(std::move(input), count_);
  }
  int64_t Cardinality() const override {
    return Iterator::Cardinality(input_->Cardinality(), count_);
  }

 private:
  const DatasetPtr input_;
  const int64_t count_;
};

// A dataset of several inputs.
template <typename Iterator>
class JoinedDataset final : public Dataset {
 public:
  explicit JoinedDataset(std::vector<DatasetPtr> inputs) : inputs_(std::move(inputs)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    std::vector<std::unique_ptr<DatasetIterator>> inputs;
    for (const DatasetPtr& input : inputs_) {
      MR_ASSIGN_OR_RETURN(auto iterator, input->MakeIterator(context));
      inputs.push_back(std::move(iterator));
    }
    return std::make_unique<Iterator>(std::move(inputs));
  }
  int64_t Cardinality() const override {
    std::vector<int64_t> counts;
    for (const DatasetPtr& input : inputs_) counts.push_back(input->Cardinality());
    return Iterator::Cardinality(counts);
  }

 private:
  const std::vector<DatasetPtr> inputs_;
};

template <typename D>
class CountedKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(const int64_t count, Int64Input(c, 1, "count"));
    return std::make_shared<D>(std::move(input), count);
  }
};

template <typename Iterator>
class JoinedKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    std::vector<DatasetPtr> inputs;
    for (int i = 0; i < c.num_inputs(); ++i) {
      MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(i)));
      inputs.push_back(std::move(input));
    }
    return std::make_shared<JoinedDataset<Iterator>>(std::move(inputs));
  }
};

}  // namespace

absl::Status RegisterSequenceDatasets(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("RepeatDataset")
                               .Input("input_dataset: variant")
                               .Input("count: int64")
                               .Output("handle: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("metadata: string = ''")
                               .Doc("The input `count` times; for ever if `count` is negative.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<CountedKernel<RepeatedDataset>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TakeDataset")
                               .Input("input_dataset: variant")
                               .Input("count: int64")
                               .Output("handle: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("metadata: string = ''")
                               .Doc("The first `count` elements; all if `count` is negative.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<CountedKernel<CountedDataset<TakeIterator>>>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("SkipDataset")
                .Input("input_dataset: variant")
                .Input("count: int64")
                .Output("handle: variant")
                .Attr("output_types: list(type) >= 1")
                .Attr("output_shapes: list(shape) >= 1")
                .Attr("metadata: string = ''")
                .Doc("All but the first `count` elements; none if `count` is negative.")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<CountedKernel<CountedDataset<SkipIterator>>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("ZipDataset")
                               .Input("input_datasets: N * variant")
                               .Output("handle: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("N: int >= 1")
                               .Attr("metadata: string = ''")
                               .Doc("The components of an element of each input, side by side.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<JoinedKernel<ZipIterator>>()));
  return r.Add(Op("ConcatenateDataset")
                   .Input("input_dataset: variant")
                   .Input("another_dataset: variant")
                   .Output("handle: variant")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("metadata: string = ''")
                   .Doc("The elements of the first input, then those of the second.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<JoinedKernel<ConcatenateIterator>>());
}

}  // namespace millrace
