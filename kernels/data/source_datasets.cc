// TensorSliceDataset, TensorDataset, ListDataset, RangeDataset: elements out of memory.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/element_list.h"

namespace millrace {
namespace {

// Row i of each component; rows share the component's memory.
class SliceIterator final : public DatasetIterator {
 public:
  SliceIterator(const Element& components, std::vector<Shape> shapes, int64_t rows)
      : components_(components), shapes_(std::move(shapes)), rows_(rows) {}
  NextResult Next() override {
    NextResult result;
    if (row_ >= rows_) {
      result.end = true;
      return result;
    }
    for (size_t i = 0; i < components_.size(); ++i) {
      absl::StatusOr<Tensor> row = components_[i].Slice(row_, row_ + 1).Reshaped(shapes_[i]);
      if (!row.ok()) return {row.status()};
      result.element.push_back(*std::move(row));
    }
    ++row_;
    return result;
  }

 private:
  const Element components_;
  const std::vector<Shape> shapes_;
  const int64_t rows_;
  int64_t row_ = 0;
};

class SliceDataset final : public Dataset {
 public:
  static absl::StatusOr<DatasetPtr> Create(Element components) {
    std::vector<Shape> shapes;
    for (const Tensor& t : components) {
      if (t.rank() < 1) {
        return absl::InvalidArgumentError("All components must be at least 1-dimensional");
      }
      if (t.dim(0) != components[0].dim(0)) {
        return absl::InvalidArgumentError(
            absl::StrCat("All components must have the same size in the 0th dimension, got ",
                         components[0].dim(0), " and ", t.dim(0)));
      }
      Shape shape = t.shape();
      shape.RemoveDim(0);
      shapes.push_back(std::move(shape));
    }
    const int64_t rows = components[0].dim(0);
    return std::make_shared<SliceDataset>(std::move(components), std::move(shapes), rows);
  }
  SliceDataset(Element components, std::vector<Shape> shapes, int64_t rows)
      : components_(std::move(components)), shapes_(std::move(shapes)), rows_(rows) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext&) const override {
    return std::make_unique<SliceIterator>(components_, shapes_, rows_);
  }
  int64_t Cardinality() const override { return rows_; }

 private:
  const Element components_;
  const std::vector<Shape> shapes_;
  const int64_t rows_;
};

class TensorSliceKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(Element components, OwnedInputs(c, 0));
    return SliceDataset::Create(std::move(components));
  }
};

// One element: the components themselves, as the only row of a dataset.
class TensorKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(Element components, OwnedInputs(c, 0));
    for (Tensor& t : components) {
      Shape shape = t.shape();
      MR_RETURN_IF_ERROR(shape.InsertDim(0, 1));
      MR_ASSIGN_OR_RETURN(t, t.Reshaped(shape));
    }
    return SliceDataset::Create(std::move(components));
  }
};

// The components of one element after the other.
class ListKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> given, types;
    MR_RETURN_IF_ERROR(c.GetAttr("Tinput_types", &given));
    MR_RETURN_IF_ERROR(c.GetAttr("output_types", &types));
    components_ = static_cast<int64_t>(types.size());
    bool fits = given.size() % types.size() == 0;
    for (size_t i = 0; fits && i < given.size(); ++i) fits = given[i] == types[i % types.size()];
    if (fits) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("the tensors' types must be output_types again and again, but are ",
                     given.size(), " to ", components_, " types"));
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Element tensors, OwnedInputs(c, 0));
    std::vector<Element> elements;
    for (auto at = tensors.begin(); at != tensors.end(); at += components_)
      elements.emplace_back(at, at + components_);
    return std::make_shared<ElementListDataset>(std::move(elements));
  }

  int64_t components_ = 1;
};

class RangeIterator final : public DatasetIterator {
 public:
  RangeIterator(int64_t start, int64_t stop, int64_t step)
      : next_(start), stop_(stop), step_(step) {}
  NextResult Next() override {
    NextResult result;
    if (done_ || (step_ > 0 ? next_ >= stop_ : next_ <= stop_)) {
      result.end = true;
      return result;
    }
    result.element.push_back(Tensor::Scalar<int64_t>(next_));
    done_ = __builtin_add_overflow(next_, step_, &next_);
    return result;
  }

 private:
  int64_t next_;
  const int64_t stop_, step_;
  bool done_ = false;
};

class RangeDatasetImpl final : public Dataset {
 public:
  RangeDatasetImpl(int64_t start, int64_t stop, int64_t step)
      : start_(start), stop_(stop), step_(step) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext&) const override {
    return std::make_unique<RangeIterator>(start_, stop_, step_);
  }
  int64_t Cardinality() const override {
    if (step_ > 0 ? start_ >= stop_ : start_ <= stop_) return 0;
    // Unsigned, since the distance may be more than an int64 holds.
    const uint64_t distance =
        step_ > 0 ? static_cast<uint64_t>(stop_) - start_ : static_cast<uint64_t>(start_) - stop_;
    const uint64_t step = step_ > 0 ? step_ : uint64_t{0} - step_;
    return static_cast<int64_t>((distance - 1) / step + 1);
  }

 private:
  const int64_t start_, stop_, step_;
};

class RangeDatasetKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> types;
    MR_RETURN_IF_ERROR(c.GetAttr("output_types", &types));
    if (types.size() != 1 || types[0] != DType::kInt64) {
      return absl::UnimplementedError("RangeDataset of another type than int64");
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const int64_t start, Int64Input(c, 0, "start"));
    MR_ASSIGN_OR_RETURN(const int64_t stop, Int64Input(c, 1, "stop"));
    MR_ASSIGN_OR_RETURN(const int64_t step, Int64Input(c, 2, "step"));
    if (step == 0) return absl::InvalidArgumentError("step must be a non-zero integer.");
    return std::make_shared<RangeDatasetImpl>(start, stop, step);
  }
};

}  // namespace

absl::Status RegisterSourceDatasets(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("TensorSliceDataset")
                               .Input("components: Toutput_types")
                               .Output("handle: variant")
                               .Attr("Toutput_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("is_files: bool = false")
                               .Attr("metadata: string = ''")
                               .Attr("replicate_on_split: bool = false")
                               .Stateful()
                               .Doc("The rows of the components, one element a row.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<TensorSliceKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorDataset")
                               .Input("components: Toutput_types")
                               .Output("handle: variant")
                               .Attr("Toutput_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("metadata: string = ''")
                               .Stateful()
                               .Doc("One element: the components.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<TensorKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("ListDataset")
                               .Input("tensors: Tinput_types")
                               .Output("handle: variant")
                               .Attr("Tinput_types: list(type) >= 1")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("metadata: string = ''")
                               .Stateful()
                               .Doc("Elements given one after the other: all components of the "
                                    "first, then those of the next.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<ListKernel>()));
  return r.Add(Op("RangeDataset")
                   .Input("start: int64")
                   .Input("stop: int64")
                   .Input("step: int64")
                   .Output("handle: variant")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("metadata: string = ''")
                   .Attr("replicate_on_split: bool = false")
                   .Stateful()
                   .Doc("start, start + step, ... before `stop`.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<RangeDatasetKernel>());
}

}  // namespace millrace
