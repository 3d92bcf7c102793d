// DenseToDenseSetOperation, DenseToSparseSetOperation, SparseToSparseSetOperation, SetSize: the
// last dimension holds sets, one for each place in the others.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/wide.h"
#include "kernels/sparse/sparse_outputs.h"
#include "kernels/sparse/sparse_view.h"

namespace millrace {
namespace {

template <typename W>
std::vector<W> Members(const Tensor& t) {
  if constexpr (std::is_same_v<W, std::string>) {
    const auto all = t.flat<std::string>();
    return std::vector<std::string>(all.begin(), all.end());
  } else {
    return LoadWide<W>(t);
  }
}

// The sets by group, the index without its last part; and the sizes of the dimensions.
template <typename W>
struct Sets {
  std::map<std::vector<int64_t>, std::set<W>> groups;
  DimVector shape;

  static absl::StatusOr<Sets> FromDense(const Tensor& t) {
    if (t.rank() < 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input rank must be at least 2, but got shape ", t.shape().ToString()));
    }
    Sets s;
    s.shape.assign(t.shape().dims().begin(), t.shape().dims().end());
    const std::vector<W> members = Members<W>(t);
    const int64_t size = s.shape.back();
    for (int64_t i = 0; i < t.num_elements(); ++i) {
      std::vector<int64_t> group(t.rank() - 1);
      int64_t rest = i / size;
      for (int d = t.rank() - 2; d >= 0; --d) {
        group[d] = rest % s.shape[d];
        rest /= s.shape[d];
      }
      s.groups[group].insert(members[i]);
    }
    return s;
  }

  static absl::StatusOr<Sets> FromSparse(KernelContext& c, int first, bool validate) {
    MR_ASSIGN_OR_RETURN(const SparseView v,
                        SparseView::Create(c.input(first), c.input(first + 1), c.input(first + 2)));
    if (v.rank() < 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input rank must be at least 2, but it is ", v.rank()));
    }
    MR_RETURN_IF_ERROR(validate ? v.CheckOrder() : v.CheckBounds());
    Sets s;
    s.shape = v.shape;
    const std::vector<W> members = Members<W>(*v.values);
    for (int64_t k = 0; k < v.count; ++k) {
      s.groups[std::vector<int64_t>(v.Index(k).begin(), v.Index(k).end() - 1)].insert(members[k]);
    }
    return s;
  }
};

class SetOperationKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    // Two dense sets, a dense and a sparse one, or two sparse ones.
    first_sparse_ = c.num_inputs() == 6;
    second_sparse_ = c.num_inputs() > 2;
    MR_RETURN_IF_ERROR(c.GetAttr("set_operation", &operation_));
    MR_RETURN_IF_ERROR(c.GetAttr("validate_indices", &validate_));
    for (char& ch : operation_)
      ch = static_cast<char>(std::tolower(static_cast<unsigned char>(ch)));
    for (const char* known : {"a-b", "b-a", "intersection", "union"}) {
      if (operation_ == known) return absl::OkStatus();
    }
    return absl::InvalidArgumentError(absl::StrCat("Invalid set_operation ", operation_, "."));
  }
  absl::Status Compute(KernelContext& c) override {
    return c.output_type(1) == DType::kString ? Combine<std::string>(c) : Combine<int64_t>(c);
  }

 private:
  template <typename W>
  absl::Status Combine(KernelContext& c) const {
    MR_ASSIGN_OR_RETURN(const Sets<W> a, first_sparse_ ? Sets<W>::FromSparse(c, 0, validate_)
                                                       : Sets<W>::FromDense(c.input(0)));
    const int at = first_sparse_ ? 3 : 1;
    MR_ASSIGN_OR_RETURN(const Sets<W> b, second_sparse_ ? Sets<W>::FromSparse(c, at, validate_)
                                                        : Sets<W>::FromDense(c.input(at)));
    if (a.shape.size() != b.shape.size() ||
        !std::equal(a.shape.begin(), a.shape.end() - 1, b.shape.begin())) {
      return absl::InvalidArgumentError("Mismatched shapes: the groups of both sets must agree");
    }
    std::map<std::vector<int64_t>, std::vector<W>> result;
    for (const Sets<W>* side : {&a, &b}) {
      for (const auto& [group, members] : side->groups) {
        if (result.count(group) == 0) result[group] = Apply(Find(a, group), Find(b, group));
      }
    }
    return Store(c, result, a.shape);
  }

  template <typename W>
  static std::set<W> Find(const Sets<W>& sets, const std::vector<int64_t>& group) {
    const auto at = sets.groups.find(group);
    return at == sets.groups.end() ? std::set<W>() : at->second;
  }

  template <typename W>
  std::vector<W> Apply(const std::set<W>& x, const std::set<W>& y) const {
    std::vector<W> out;
    const auto to = std::back_inserter(out);
    if (operation_ == "a-b") {
      std::set_difference(x.begin(), x.end(), y.begin(), y.end(), to);
    } else if (operation_ == "b-a") {
      std::set_difference(y.begin(), y.end(), x.begin(), x.end(), to);
    } else if (operation_ == "intersection") {
      std::set_intersection(x.begin(), x.end(), y.begin(), y.end(), to);
    } else {
      std::set_union(x.begin(), x.end(), y.begin(), y.end(), to);
    }
    return out;
  }

  template <typename W>
  static absl::Status Store(KernelContext& c,
                            const std::map<std::vector<int64_t>, std::vector<W>>& result,
                            DimVector shape) {
    SparseParts parts;
    parts.rank = static_cast<int>(shape.size());
    std::vector<W> values;
    int64_t largest = 0;
    for (const auto& [group, members] : result) {
      std::vector<int64_t> index = group;
      index.push_back(0);
      for (const W& member : members) {
        parts.Add(index, 0);
        values.push_back(member);
        ++index.back();
      }
      largest = std::max(largest, static_cast<int64_t>(members.size()));
    }
    MR_RETURN_IF_ERROR(parts.StoreIndices(c, 0));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({parts.count()}), &out));
    if constexpr (std::is_same_v<W, std::string>) {
      std::copy(values.begin(), values.end(), out->template mutable_data<std::string>());
    } else {
      StoreWide(values, out);
    }
    shape.back() = largest;
    c.set_output(2, Int64Vector(shape));
    return absl::OkStatus();
  }

  std::string operation_;
  bool validate_ = true, first_sparse_ = false, second_sparse_ = false;
};

class SetSizeKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("validate_indices", &validate_);
  }
  absl::Status Compute(KernelContext& c) override {
    return c.input(1).dtype() == DType::kString ? Sizes<std::string>(c) : Sizes<int64_t>(c);
  }

 private:
  template <typename W>
  absl::Status Sizes(KernelContext& c) const {
    MR_ASSIGN_OR_RETURN(const Sets<W> sets, Sets<W>::FromSparse(c, 0, validate_));
    DimVector dims(sets.shape.begin(), sets.shape.end() - 1);
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    std::fill_n(out->mutable_data<int32_t>(), shape.num_elements(), 0);
    for (const auto& [group, members] : sets.groups) {
      int64_t at = 0;
      for (size_t d = 0; d < group.size(); ++d) at = at * dims[d] + group[d];
      out->mutable_data<int32_t>()[at] = static_cast<int32_t>(members.size());
    }
    return absl::OkStatus();
  }

  bool validate_ = true;
};

}  // namespace

absl::Status RegisterSetOperations(Registry& r) {
  const char* const kTypes = "T: {int8, int16, int32, int64, uint8, uint16, string}";
  // A set is one dense input, or the three of a sparse tensor.
  const auto add = [&](const char* name, bool first_sparse, bool second_sparse) {
    Op op(name);
    for (const auto& [set, sparse] :
         {std::pair("set1", first_sparse), std::pair("set2", second_sparse)}) {
      if (!sparse) {
        op.Input(absl::StrCat(set, ": T"));
      } else {
        op.Input(absl::StrCat(set, "_indices: int64"))
            .Input(absl::StrCat(set, "_values: T"))
            .Input(absl::StrCat(set, "_shape: int64"));
      }
    }
    return r.Add(
        op.Output("result_indices: int64")
            .Output("result_values: T")
            .Output("result_shape: int64")
            .Attr("set_operation: string")
            .Attr("validate_indices: bool = true")
            .Attr(kTypes)
            .Doc("The difference, intersection or union of the sets in the last dimensions "
                 "of two tensors, sorted, as a sparse tensor.")
            .Shape(SparseOutputs)
            .NotDifferentiable()
            .Cpu<SetOperationKernel>());
  };
  MR_RETURN_IF_ERROR(add("DenseToDenseSetOperation", false, false));
  MR_RETURN_IF_ERROR(add("DenseToSparseSetOperation", false, true));
  MR_RETURN_IF_ERROR(add("SparseToSparseSetOperation", true, true));
  return r.Add(
      Op("SetSize")
          .Input("set_indices: int64")
          .Input("set_values: T")
          .Input("set_shape: int64")
          .Output("size: int32")
          .Attr("validate_indices: bool = true")
          .Attr(kTypes)
          .Doc(
              "How many different elements each set has, in the last dimension of a sparse tensor.")
          .Shape(UnknownOutputs)
          .NotDifferentiable()
          .Cpu<SetSizeKernel>());
}

}  // namespace millrace
