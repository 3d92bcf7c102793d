// GroupByWindowDataset: elements gathered by a key; a function makes a dataset of each full group.
#include <map>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/element_list.h"
#include "kernels/data/function_dataset.h"

namespace millrace {
namespace {

struct GroupFunctions {
  BoundFunction key, reduce, window_size;
};

class GroupByWindowIterator final : public DatasetIterator {
 public:
  GroupByWindowIterator(std::unique_ptr<DatasetIterator> input, const GroupFunctions& functions,
                        const IteratorContext& context)
      : input_(std::move(input)), functions_(functions), context_(context) {}
  NextResult Next() override {
    for (;;) {
      if (current_ != nullptr) {
        NextResult next = current_->Next();
        if (!next.end) return next;
        current_ = nullptr;
      }
      NextResult result;
      if (input_ended_ && groups_.empty()) {
        result.end = true;
        return result;
      }
      if (absl::Status status = input_ended_ ? Reduce(groups_.begin()->first) : Take();
          !status.ok()) {
        result.status = std::move(status);
        return result;
      }
    }
  }

 private:
  struct Group {
    int64_t size = 0;  // so many elements are reduced at once
    std::vector<Element> elements;
  };

  // The int64 that a function returns.
  absl::StatusOr<int64_t> Number(const BoundFunction& f, Element args, const char* name) {
    absl::StatusOr<Element> results = f.Call(std::move(args), context_.cancellation);
    if (!results.ok()) return FunctionError(results.status());
    if (results->size() != 1 || (*results)[0].dtype() != DType::kInt64 ||
        (*results)[0].num_elements() != 1) {
      return absl::InvalidArgumentError(absl::StrCat("`", name, "` must return a scalar int64."));
    }
    return (*results)[0].scalar<int64_t>();
  }

  // Puts the input's next element into its group.
  absl::Status Take() {
    NextResult next = input_->Next();
    MR_RETURN_IF_ERROR(next.status);
    input_ended_ = next.end;
    if (next.end) return absl::OkStatus();
    MR_ASSIGN_OR_RETURN(const int64_t key, Number(functions_.key, next.element, "key_func"));
    const auto [at, is_new] = groups_.try_emplace(key);
    Group& group = at->second;
    if (is_new) {
      MR_ASSIGN_OR_RETURN(group.size, Number(functions_.window_size, {Tensor::Scalar<int64_t>(key)},
                                             "window_size_func"));
      if (group.size <= 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("Window size must be greater than zero, but got ", group.size, "."));
      }
    }
    group.elements.push_back(std::move(next.element));
    if (static_cast<int64_t>(group.elements.size()) < group.size) return absl::OkStatus();
    return Reduce(key);
  }

  absl::Status Reduce(int64_t key) {
    const auto at = groups_.find(key);
    auto group = std::make_shared<ElementListDataset>(std::move(at->second.elements));
    groups_.erase(at);
    absl::StatusOr<Element> results = functions_.reduce.Call(
        {Tensor::Scalar<int64_t>(key), DatasetTensor(std::move(group))}, context_.cancellation);
    if (!results.ok()) return FunctionError(results.status());
    if (results->size() != 1) {
      return absl::InvalidArgumentError("`reduce_func` must return a single dataset.");
    }
    MR_ASSIGN_OR_RETURN(const DatasetPtr dataset, DatasetFrom((*results)[0]));
    MR_ASSIGN_OR_RETURN(current_, dataset->MakeIterator(context_));
    return absl::OkStatus();
  }

  const std::unique_ptr<DatasetIterator> input_;
  const GroupFunctions functions_;
  const IteratorContext context_;
  std::map<int64_t, Group> groups_;
  std::unique_ptr<DatasetIterator> current_;
  bool input_ended_ = false;
};

class GroupByWindowDatasetImpl final : public Dataset {
 public:
  GroupByWindowDatasetImpl(DatasetPtr input, GroupFunctions functions)
      : input_(std::move(input)), functions_(std::move(functions)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<GroupByWindowIterator>(std::move(input), functions_, context);
  }

 private:
  const DatasetPtr input_;
  const GroupFunctions functions_;
};

class GroupByWindowKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(
        functions_, CapturedFunctions::Create(c, {"key_func", "reduce_func", "window_size_func"},
                                              "_other_arguments"));
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(const Element captured, OwnedInputs(c, 1));
    MR_ASSIGN_OR_RETURN(auto bound, functions_.Bind(captured));
    return std::make_shared<GroupByWindowDatasetImpl>(
        std::move(input),
        GroupFunctions{std::move(bound[0]), std::move(bound[1]), std::move(bound[2])});
  }

  CapturedFunctions functions_;
};

}  // namespace

absl::Status RegisterGroupByWindowDataset(Registry& r) {
  return r.Add(Op("GroupByWindowDataset")
                   .Input("input_dataset: variant")
                   .Input("key_func_other_arguments: Tkey_func_other_arguments")
                   .Input("reduce_func_other_arguments: Treduce_func_other_arguments")
                   .Input("window_size_func_other_arguments: Twindow_size_func_other_arguments")
                   .Output("handle: variant")
                   .Attr("key_func: func")
                   .Attr("reduce_func: func")
                   .Attr("window_size_func: func")
                   .Attr("Tkey_func_other_arguments: list(type) >= 0")
                   .Attr("Treduce_func_other_arguments: list(type) >= 0")
                   .Attr("Twindow_size_func_other_arguments: list(type) >= 0")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("metadata: string = ''")
                   .Doc("Elements of one key_func(element) are gathered until there are "
                        "window_size_func(key) of them; the elements are those of reduce_func(key, "
                        "dataset of them).")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<GroupByWindowKernel>());
}

}  // namespace millrace
