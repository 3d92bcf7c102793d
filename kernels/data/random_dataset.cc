// RandomDataset, RandomDatasetV2: numbers without end. They are TensorFlow's for the same seeds.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/seed_generator.h"

namespace millrace {
namespace {

class RandomNumbersIterator final : public DatasetIterator {
 public:
  explicit RandomNumbersIterator(Seeds seeds) : words_(seeds) {}
  NextResult Next() override {
    NextResult result;
    result.element.push_back(Tensor::Scalar<int64_t>(words_()));
    return result;
  }

 private:
  Words words_;
};

class RandomNumbersDataset final : public Dataset {
 public:
  explicit RandomNumbersDataset(std::shared_ptr<SeedGenerator> seeds) : seeds_(std::move(seeds)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext&) const override {
    return std::make_unique<RandomNumbersIterator>(seeds_->Next());
  }
  int64_t Cardinality() const override { return kInfiniteCardinality; }

 private:
  const std::shared_ptr<SeedGenerator> seeds_;
};

// (seed, seed2, [seed_generator])
class RandomDatasetKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> types;
    MR_RETURN_IF_ERROR(c.GetAttr("output_types", &types));
    if (types != std::vector<DType>{DType::kInt64})
      return absl::InvalidArgumentError("the elements are of type int64");
    if (!c.attrs().Has("rerandomize_each_iteration")) return absl::OkStatus();
    return c.GetAttr("rerandomize_each_iteration", &rerandomize_);
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Seeds seeds, SeedInputs(c, 0));
    auto generator = std::make_shared<SeedGenerator>(seeds, rerandomize_);
    if (c.num_inputs() > 2) {
      MR_ASSIGN_OR_RETURN(generator, SeedGeneratorInput(c, 2, seeds, rerandomize_));
    }
    return std::make_shared<RandomNumbersDataset>(std::move(generator));
  }

  bool rerandomize_ = false;
};

}  // namespace

absl::Status RegisterRandomDataset(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("RandomDataset")
                               .Input("seed: int64")
                               .Input("seed2: int64")
                               .Output("handle: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("metadata: string = ''")
                               .Stateful()
                               .Doc("Random numbers, from 0 to 2^32 - 1, the same each time.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<RandomDatasetKernel>()));
  return r.Add(Op("RandomDatasetV2")
                   .Input("seed: int64")
                   .Input("seed2: int64")
                   .Input("seed_generator: resource")
                   .Output("handle: variant")
                   .Attr("rerandomize_each_iteration: bool = false")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("metadata: string = ''")
                   .Stateful()
                   .Doc("Random numbers, from 0 to 2^32 - 1; seeds come from the generator, if it "
                        "exists.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<RandomDatasetKernel>());
}

}  // namespace millrace
