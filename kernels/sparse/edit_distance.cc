// EditDistance: Levenshtein's distance between sequences in the last dimension of sparse tensors.
#include <algorithm>
#include <limits>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/sparse/sparse_view.h"

namespace millrace {
namespace {

using Symbols = std::vector<int64_t>;

// Numbers that are equal where the elements are; a NaN equals nothing.
class SymbolTable {
 public:
  Symbols Of(const Tensor& values) {
    Symbols symbols;
    for (int64_t i = 0; i < values.num_elements(); ++i) symbols.push_back(Number(values, i));
    return symbols;
  }

 private:
  int64_t Number(const Tensor& values, int64_t i) {
    std::string key;
    if (values.dtype() == DType::kString) {
      key = values.data<std::string>()[i];
    } else {
      key.assign(static_cast<const char*>(ElementAt(values, i)), DTypeSize(values.dtype()));
      if (!Normalise(values.dtype(), &key)) return --nans_;
    }
    return numbers_.try_emplace(std::move(key), numbers_.size()).first->second;
  }
  // False for a NaN; zeros become one zero.
  template <typename T>
  static bool NormaliseAs(std::string* bytes) {
    for (size_t at = 0; at < bytes->size(); at += sizeof(T)) {
      T value;
      std::memcpy(&value, bytes->data() + at, sizeof(T));
      if (value != value) return false;
      if (value == T(0)) std::memset(&(*bytes)[at], 0, sizeof(T));
    }
    return true;
  }
  static bool Normalise(DType dtype, std::string* bytes) {
    switch (dtype) {
      case DType::kFloat:
      case DType::kComplex64:
        return NormaliseAs<float>(bytes);
      case DType::kDouble:
      case DType::kComplex128:
        return NormaliseAs<double>(bytes);
      case DType::kHalf:
        return NormaliseAs<half>(bytes);
      case DType::kBFloat16:
        return NormaliseAs<bfloat16>(bytes);
      default:
        return true;
    }
  }

  absl::flat_hash_map<std::string, int64_t> numbers_;
  int64_t nans_ = 0;
};

// Insertions, deletions and substitutions that make b of a, row by row of the table.
int64_t Levenshtein(absl::Span<const int64_t> a, absl::Span<const int64_t> b) {
  std::vector<int64_t> row(b.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = static_cast<int64_t>(j);
  for (size_t i = 0; i < a.size(); ++i) {
    int64_t diagonal = row[0];
    row[0] = static_cast<int64_t>(i) + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const int64_t substitute = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substitute, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// The sequences of a sparse tensor, one after the other: elements whose indices agree but in the
// last dimension.
struct Sequences {
  const SparseView& view;
  const Symbols& symbols;
  int64_t begin = 0, end = 0;

  void Next() {
    begin = end;
    if (begin == view.count) return;
    while (end < view.count && Group(end) == Group(begin)) ++end;
  }
  bool done() const { return begin == view.count; }
  absl::Span<const int64_t> Group(int64_t i) const {
    return view.Index(i).subspan(0, static_cast<size_t>(view.rank() - 1));
  }
  absl::Span<const int64_t> group() const { return Group(begin); }
  absl::Span<const int64_t> sequence() const {
    return absl::MakeConstSpan(symbols).subspan(static_cast<size_t>(begin),
                                                static_cast<size_t>(end - begin));
  }
};

class EditDistanceKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("normalize", &normalize_); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const SparseView hypothesis,
                        SparseView::Create(c.input(0), c.input(1), c.input(2), "hypothesis"));
    MR_ASSIGN_OR_RETURN(const SparseView truth,
                        SparseView::Create(c.input(3), c.input(4), c.input(5), "truth"));
    const int rank = truth.rank();
    if (rank < 2 || hypothesis.rank() != rank) {
      return absl::InvalidArgumentError(
          absl::StrCat("hypothesis and truth must have the same rank of at least 2, not ",
                       hypothesis.rank(), " and ", rank));
    }
    DimVector dims;
    for (int d = 0; d + 1 < rank; ++d)
      dims.push_back(std::max(hypothesis.shape[d], truth.shape[d]));
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    std::fill_n(out->mutable_data<float>(), out->num_elements(), 0.0f);
    SymbolTable table;
    const Symbols h_symbols = table.Of(*hypothesis.values), t_symbols = table.Of(*truth.values);
    return Compare({hypothesis, h_symbols}, {truth, t_symbols}, out);
  }

 private:
  absl::Status Compare(Sequences h, Sequences t, Tensor* out) const {
    h.Next();
    t.Next();
    while (!h.done() || !t.done()) {
      const int order = h.done() ? 1 : t.done() ? -1 : CompareIndices(h.group(), t.group());
      float distance;
      if (order == 0) {
        const auto wanted = t.sequence();
        distance = static_cast<float>(Levenshtein(wanted, h.sequence()));
        if (normalize_) distance /= static_cast<float>(wanted.size());
      } else if (order < 0) {
        distance = normalize_ ? std::numeric_limits<float>::infinity()
                              : static_cast<float>(h.sequence().size());
      } else {
        distance = normalize_ ? 1.0f : static_cast<float>(t.sequence().size());
      }
      MR_RETURN_IF_ERROR(Store(order <= 0 ? h.group() : t.group(), distance, out));
      if (order <= 0) h.Next();
      if (order >= 0) t.Next();
    }
    return absl::OkStatus();
  }
  static absl::Status Store(absl::Span<const int64_t> group, float distance, Tensor* out) {
    int64_t at = 0;
    for (size_t d = 0; d < group.size(); ++d) {
      if (group[d] < 0 || group[d] >= out->dim(static_cast<int>(d))) {
        return absl::InternalError(absl::StrCat("index ", group[d], " lies outside the shape ",
                                                out->shape().ToString(), " of the distances"));
      }
      at = at * out->dim(static_cast<int>(d)) + group[d];
    }
    out->mutable_data<float>()[at] = distance;
    return absl::OkStatus();
  }

  bool normalize_ = true;
};

absl::Status EditDistanceShape(ShapeContext& c) {
  for (const int first : {0, 3}) {
    MR_RETURN_IF_ERROR(c.WithRank(first, 2).status());
    MR_RETURN_IF_ERROR(c.WithRank(first + 1, 1).status());
    MR_RETURN_IF_ERROR(c.WithRank(first + 2, 1).status());
  }
  const auto hypothesis = c.input_as_ints(2), truth = c.input_as_ints(5);
  if (!hypothesis.has_value() || !truth.has_value()) return absl::OkStatus();
  if (hypothesis->size() != truth->size())
    return c.Error(2, "and truth_shape do not have the same number of elements");
  DimVector dims;
  for (size_t d = 0; d + 1 < truth->size(); ++d)
    dims.push_back(std::max((*hypothesis)[d], (*truth)[d]));
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterEditDistance(Registry& r) {
  return r.Add(Op("EditDistance")
                   .Input("hypothesis_indices: int64")
                   .Input("hypothesis_values: T")
                   .Input("hypothesis_shape: int64")
                   .Input("truth_indices: int64")
                   .Input("truth_values: T")
                   .Input("truth_shape: int64")
                   .Output("output: float")
                   .Attr("normalize: bool = true")
                   .Attr("T: type")
                   .Doc("Levenshtein's distance between the sequences in the last dimension of two "
                        "sparse tensors; with `normalize` in lengths of the truth, infinite where "
                        "there is none.")
                   .Shape(EditDistanceShape)
                   .NotDifferentiable()
                   .Cpu<EditDistanceKernel>());
}

}  // namespace millrace
