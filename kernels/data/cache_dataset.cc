// CacheDataset, CacheDatasetV2: elements made once and remembered.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/element_list.h"
#include "kernels/data/memory_cache.h"

namespace millrace {
namespace {

class FillingIterator final : public DatasetIterator {
 public:
  FillingIterator(std::unique_ptr<DatasetIterator> input, std::shared_ptr<MemoryCache> cache)
      : input_(std::move(input)), cache_(std::move(cache)) {}
  NextResult Next() override {
    NextResult next = input_->Next();
    if (!next.status.ok()) return next;
    if (!next.end) {
      seen_.push_back(next.element);
    } else if (!ended_) {
      ended_ = true;
      cache_->Fill(std::move(seen_));
    }
    return next;
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  const std::shared_ptr<MemoryCache> cache_;
  std::vector<Element> seen_;
  bool ended_ = false;
};

class CacheDatasetImpl final : public Dataset {
 public:
  CacheDatasetImpl(DatasetPtr input, std::shared_ptr<MemoryCache> cache)
      : input_(std::move(input)), cache_(std::move(cache)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    if (MemoryCache::Elements elements = cache_->elements()) {
      return std::make_unique<ElementListIterator>(std::move(elements));
    }
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<FillingIterator>(std::move(input), cache_);
  }
  int64_t Cardinality() const override { return input_->Cardinality(); }

 private:
  const DatasetPtr input_;
  const std::shared_ptr<MemoryCache> cache_;
};

// (input_dataset, filename, [cache])
class CacheKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    const Tensor& filename = c.input(1);
    if (filename.rank() != 0) return absl::InvalidArgumentError("filename must be a scalar");
    if (!filename.scalar<std::string>().empty()) {
      return absl::UnimplementedError(absl::StrCat("datasets are cached in memory only, not in '",
                                                   filename.scalar<std::string>(), "'"));
    }
    auto cache = std::make_shared<MemoryCache>();
    if (c.num_inputs() > 2) {
      auto found = c.resource<MemoryCache>(2);
      if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
      if (found.ok()) cache = *std::move(found);
    }
    return std::make_shared<CacheDatasetImpl>(std::move(input), std::move(cache));
  }
};

}  // namespace

absl::Status RegisterCacheDataset(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("CacheDataset")
                               .Input("input_dataset: variant")
                               .Input("filename: string")
                               .Output("handle: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("metadata: string = ''")
                               .Doc("The input, whose elements are remembered from the first "
                                    "iterator that comes to the end.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<CacheKernel>()));
  return r.Add(Op("CacheDatasetV2")
                   .Input("input_dataset: variant")
                   .Input("filename: string")
                   .Input("cache: resource")
                   .Output("handle: variant")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("metadata: string = ''")
                   .Stateful()
                   .Doc("The input, whose elements are remembered from the first iterator that "
                        "comes to the end.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<CacheKernel>());
}

}  // namespace millrace
