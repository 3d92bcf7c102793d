// ShardDataset, AutoShardDataset, UniqueDataset, DirectedInterleaveDataset: some elements of the
// inputs, in the order that an index, the elements or another dataset tells.
#include "absl/container/flat_hash_set.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/array/elements.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

NextResult EndOfSequence() {
  NextResult result;
  result.end = true;
  return result;
}

// Elements index, index + num_shards, ...
class ShardIterator final : public DatasetIterator {
 public:
  ShardIterator(std::unique_ptr<DatasetIterator> input, int64_t num_shards, int64_t index)
      : input_(std::move(input)), num_shards_(num_shards), skip_(index) {}
  NextResult Next() override {
    for (; skip_ > 0; --skip_) {
      NextResult next = input_->Next();
      if (!next.status.ok() || next.end) return next;
    }
    NextResult next = input_->Next();
    if (next.status.ok() && !next.end) skip_ = num_shards_ - 1;
    return next;
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  const int64_t num_shards_;
  int64_t skip_;
};

class ShardDatasetImpl final : public Dataset {
 public:
  ShardDatasetImpl(DatasetPtr input, int64_t num_shards, int64_t index)
      : input_(std::move(input)), num_shards_(num_shards), index_(index) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<ShardIterator>(std::move(input), num_shards_, index_);
  }
  int64_t Cardinality() const override {
    const int64_t n = input_->Cardinality();
    return n < 0 ? n : n / num_shards_ + (index_ < n % num_shards_ ? 1 : 0);
  }

 private:
  const DatasetPtr input_;
  const int64_t num_shards_, index_;
};

class ShardKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(const int64_t num_shards, Int64Input(c, 1, "num_shards"));
    MR_ASSIGN_OR_RETURN(const int64_t index, Int64Input(c, 2, "index"));
    if (num_shards <= 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Number of shards must be greater than zero (currently num_shards = ", num_shards, ")."));
    }
    if (index < 0 || index >= num_shards) {
      return absl::InvalidArgumentError(absl::StrCat("Index must be between 0 and ", num_shards - 1,
                                                     " (currently index = ", index, ")."));
    }
    return std::make_shared<ShardDatasetImpl>(std::move(input), num_shards, index);
  }
};

// (input_dataset, num_workers, index). A worker's share is a shard of the elements, whatever the
// policy but "off" and "hint", which leave the input as it is: files are not shared out.
class AutoShardKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("auto_shard_policy", &policy_);
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(const int64_t num_workers, Int64Input(c, 1, "num_workers"));
    MR_ASSIGN_OR_RETURN(const int64_t index, Int64Input(c, 2, "index"));
    if (num_workers <= 0 || index < 0 || index >= num_workers) {
      return absl::InvalidArgumentError(
          absl::StrCat("index must be >= 0 and < ", num_workers, ", currently ", index));
    }
    constexpr int64_t kOff = -1, kHint = 3;
    if (num_workers == 1 || policy_ == kOff || policy_ == kHint) return input;
    return std::make_shared<ShardDatasetImpl>(std::move(input), num_workers, index);
  }

  int64_t policy_ = 0;
};

// The first of equal elements, which have one component.
class UniqueIterator final : public DatasetIterator {
 public:
  explicit UniqueIterator(std::unique_ptr<DatasetIterator> input) : input_(std::move(input)) {}
  NextResult Next() override {
    for (;;) {
      NextResult next = input_->Next();
      if (!next.status.ok() || next.end) return next;
      if (next.element.size() != 1) {
        return {absl::InvalidArgumentError("the elements must have one component")};
      }
      if (seen_.insert(Key(next.element[0])).second) return next;
    }
  }

 private:
  // Equal for equal tensors only.
  static std::string Key(const Tensor& t) {
    std::string key = absl::StrCat(t.shape().ToString(), "|");
    if (t.dtype() != DType::kString) {
      key.append(static_cast<const char*>(t.raw_data()), t.num_elements() * DTypeSize(t.dtype()));
      return key;
    }
    for (const std::string& s : t.flat<std::string>()) absl::StrAppend(&key, s.size(), ":", s);
    return key;
  }

  const std::unique_ptr<DatasetIterator> input_;
  absl::flat_hash_set<std::string> seen_;
};

class UniqueDatasetImpl final : public Dataset {
 public:
  explicit UniqueDatasetImpl(DatasetPtr input) : input_(std::move(input)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<UniqueIterator>(std::move(input));
  }

 private:
  const DatasetPtr input_;
};

class UniqueKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> types;
    MR_RETURN_IF_ERROR(c.GetAttr("output_types", &types));
    if (types.size() == 1 && (types[0] == DType::kString || IsTriviallyCopyable(types[0]))) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        "UniqueDataset only supports inputs with a single component of numbers or strings");
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    return std::make_shared<UniqueDatasetImpl>(std::move(input));
  }
};

// Each element of the selector says which input the next element comes from.
class DirectedIterator final : public DatasetIterator {
 public:
  DirectedIterator(std::unique_ptr<DatasetIterator> selector,
                   std::vector<std::unique_ptr<DatasetIterator>> inputs, bool stop_on_empty)
      : selector_(std::move(selector)),
        inputs_(std::move(inputs)),
        left_(inputs_.size()),
        stop_on_empty_(stop_on_empty) {}
  NextResult Next() override {
    while (left_ > 0) {
      NextResult next = selector_->Next();
      if (!next.status.ok() || next.end) return next;
      if (next.element.size() != 1 || next.element[0].dtype() != DType::kInt64 ||
          next.element[0].rank() != 0) {
        return {absl::InvalidArgumentError("the selector's elements must be int64 scalars")};
      }
      const int64_t selected = next.element[0].scalar<int64_t>();
      if (selected < 0 || selected >= static_cast<int64_t>(inputs_.size())) {
        return {absl::InvalidArgumentError(
            absl::StrCat("Selector index out of range: ", selected, " >= ", inputs_.size()))};
      }
      if (inputs_[selected] == nullptr) continue;  // it has ended
      next = inputs_[selected]->Next();
      if (!next.end) return next;
      inputs_[selected] = nullptr;
      left_ = stop_on_empty_ ? 0 : left_ - 1;
    }
    return EndOfSequence();
  }

 private:
  const std::unique_ptr<DatasetIterator> selector_;
  std::vector<std::unique_ptr<DatasetIterator>> inputs_;
  size_t left_;
  const bool stop_on_empty_;
};

class DirectedDataset final : public Dataset {
 public:
  DirectedDataset(std::vector<DatasetPtr> selector_and_inputs, bool stop_on_empty)
      : datasets_(std::move(selector_and_inputs)), stop_on_empty_(stop_on_empty) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto selector, datasets_[0]->MakeIterator(context));
    std::vector<std::unique_ptr<DatasetIterator>> inputs;
    for (size_t i = 1; i < datasets_.size(); ++i) {
      MR_ASSIGN_OR_RETURN(auto input, datasets_[i]->MakeIterator(context));
      inputs.push_back(std::move(input));
    }
    return std::make_unique<DirectedIterator>(std::move(selector), std::move(inputs),
                                              stop_on_empty_);
  }

 private:
  const std::vector<DatasetPtr> datasets_;
  const bool stop_on_empty_;
};

class DirectedKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("stop_on_empty_dataset", &stop_on_empty_);
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    std::vector<DatasetPtr> datasets;
    for (int i = 0; i < c.num_inputs(); ++i) {
      MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(i)));
      datasets.push_back(std::move(input));
    }
    return std::make_shared<DirectedDataset>(std::move(datasets), stop_on_empty_);
  }

  bool stop_on_empty_;
};

}  // namespace

absl::Status RegisterSelectingDatasets(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("AutoShardDataset")
                .Input("input_dataset: variant")
                .Input("num_workers: int64")
                .Input("index: int64")
                .Output("handle: variant")
                .Attr("auto_shard_policy: int = 0")
                .Attr("output_types: list(type) >= 1")
                .Attr("output_shapes: list(shape) >= 1")
                .Attr("num_replicas: int = 0")
                .Doc("The share of worker `index`: elements index, index + num_workers, ...\n"
                     "auto_shard_policy: -1 (off) and 3 (hint) leave all elements to each worker.")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<AutoShardKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("ShardDataset")
                               .Input("input_dataset: variant")
                               .Input("num_shards: int64")
                               .Input("index: int64")
                               .Output("handle: variant")
                               .Attr("require_non_empty: bool = false")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("metadata: string = ''")
                               .Doc("Elements index, index + num_shards, and so on.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<ShardKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("UniqueDataset")
                               .Input("input_dataset: variant")
                               .Output("handle: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("metadata: string = ''")
                               .Doc("The first of equal elements.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<UniqueKernel>()));
  return r.Add(
      Op("DirectedInterleaveDataset")
          .Input("selector_input_dataset: variant")
          .Input("data_input_datasets: N * variant")
          .Output("handle: variant")
          .Attr("output_types: list(type) >= 1")
          .Attr("output_shapes: list(shape) >= 1")
          .Attr("N: int >= 1")
          .Attr("stop_on_empty_dataset: bool = false")
          .Doc("The next element of data_input_datasets[s] for each element s of the selector.")
          .Shape(ScalarOutputs)
          .NotDifferentiable()
          .Cpu<DirectedKernel>());
}

}  // namespace millrace
