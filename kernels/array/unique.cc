// Unique, UniqueV2, UniqueWithCounts, UniqueWithCountsV2, ListDiff.
#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/int_args.h"
#include "kernels/array/strided_copy.h"

namespace millrace {
namespace {

// The bytes of `n` elements, so that equal elements give equal keys: no negative zeros.
template <typename T>
void AppendNumbers(const T* x, int64_t n, std::string* key) {
  for (int64_t i = 0; i < n; ++i) {
    const T value = x[i] == T(0) ? T(0) : x[i];
    key->append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
}

std::string KeyOf(const Tensor& t, int64_t begin, int64_t n) {
  std::string key;
  switch (t.dtype()) {
    case DType::kString:
      for (int64_t i = begin; i < begin + n; ++i) {
        const std::string& s = t.data<std::string>()[i];
        if (n > 1) absl::StrAppend(&key, s.size(), ":");
        key += s;
      }
      return key;
    case DType::kFloat:
      AppendNumbers(t.data<float>() + begin, n, &key);
      return key;
    case DType::kDouble:
      AppendNumbers(t.data<double>() + begin, n, &key);
      return key;
    case DType::kHalf:
      AppendNumbers(t.data<half>() + begin, n, &key);
      return key;
    case DType::kBFloat16:
      AppendNumbers(t.data<bfloat16>() + begin, n, &key);
      return key;
    default:
      key.assign(static_cast<const char*>(ElementAt(t, begin)),
                 static_cast<size_t>(n) * DTypeSize(t.dtype()));
      return key;
  }
}

// Dimension `axis` moved to the front (and back: a swap with what was in front of it, all of that
// as one dimension).
absl::StatusOr<Tensor> SwapToFront(KernelContext& c, const Tensor& in, int64_t outer,
                                   int64_t middle, const Shape& shape) {
  MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(c.device()->allocator(), in.dtype(), shape));
  const int64_t inner = outer * middle == 0 ? 0 : in.num_elements() / (outer * middle);
  StridedView view;
  view.AddDim(middle, inner, outer * inner);
  view.AddDim(outer, middle * inner, inner);
  view.AddDim(inner, 1, 1);
  StridedCopy(in.dtype(), view, in.raw_data(), out.mutable_raw_data(), c.pool());
  return out;
}

void StoreIndex(Tensor* t, int64_t i, int64_t value) {
  if (t->dtype() == DType::kInt64) {
    t->mutable_data<int64_t>()[i] = value;
  } else {
    t->mutable_data<int32_t>()[i] = static_cast<int32_t>(value);
  }
}

class UniqueKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    if (!IsTriviallyCopyable(in.dtype()) && in.dtype() != DType::kString) {
      return absl::InvalidArgumentError(
          absl::StrCat("elements of type ", DTypeName(in.dtype()), " have no order"));
    }
    int axis = 0;
    MR_RETURN_IF_ERROR(Axis(c, &axis));
    int64_t outer = 1;
    for (int d = 0; d < axis; ++d) outer *= in.dim(d);
    const int64_t n = in.dim(axis);
    Tensor rows = in;
    if (outer != 1) {
      MR_ASSIGN_OR_RETURN(rows, SwapToFront(c, in, outer, n, in.shape()));
    }
    const int64_t row = n == 0 ? 0 : in.num_elements() / n;
    Tensor* idx;
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({n}), &idx));
    absl::flat_hash_map<std::string, int64_t> seen;
    std::vector<int64_t> first, counts;  // of each distinct row
    for (int64_t i = 0; i < n; ++i) {
      const auto [at, is_new] =
          seen.try_emplace(KeyOf(rows, i * row, row), static_cast<int64_t>(first.size()));
      if (is_new) {
        first.push_back(i);
        counts.push_back(0);
      }
      ++counts[at->second];
      StoreIndex(idx, i, at->second);
    }
    MR_RETURN_IF_ERROR(SetDistinct(c, rows, axis, outer, row, first));
    if (c.num_outputs() > 2) {
      Tensor* out;
      MR_RETURN_IF_ERROR(c.allocate_output(2, Shape({static_cast<int64_t>(counts.size())}), &out));
      for (size_t i = 0; i < counts.size(); ++i)
        StoreIndex(out, static_cast<int64_t>(i), counts[i]);
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status Axis(KernelContext& c, int* axis) {
    const int rank = c.input(0).rank();
    if (c.num_inputs() == 1 || c.input(1).num_elements() == 0) {
      if (rank == 1) return absl::OkStatus();
      return absl::InvalidArgumentError(
          absl::StrCat("unique expects a 1D vector, got shape ", c.input(0).shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const DimVector axes, IntVectorArg(c.input(1), "axis"));
    if (axes.size() != 1)
      return absl::InvalidArgumentError("axis tensor should have at most one element");
    MR_ASSIGN_OR_RETURN(*axis, AxisArg(axes[0], rank, "axis"));
    return absl::OkStatus();
  }

  static absl::Status SetDistinct(KernelContext& c, const Tensor& rows, int axis, int64_t outer,
                                  int64_t row, const std::vector<int64_t>& first) {
    const int64_t count = static_cast<int64_t>(first.size());
    Shape shape = rows.shape();
    MR_RETURN_IF_ERROR(shape.SetDim(axis, count));
    MR_ASSIGN_OR_RETURN(Tensor distinct,
                        Tensor::Create(c.device()->allocator(), rows.dtype(), shape));
    for (int64_t i = 0; i < count; ++i) {
      CopyElements(rows.dtype(), ElementAt(rows, first[i] * row),
                   MutableElementAt(distinct, i * row), row);
    }
    if (outer != 1) {
      MR_ASSIGN_OR_RETURN(distinct, SwapToFront(c, distinct, count, outer, shape));
    }
    c.set_output(0, std::move(distinct));
    return absl::OkStatus();
  }
};

class ListDiffKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &x = c.input(0), &y = c.input(1);
    if (x.rank() != 1 || y.rank() != 1)
      return absl::InvalidArgumentError("x and y should be 1D vectors.");
    absl::flat_hash_map<std::string, bool> excluded;
    for (int64_t i = 0; i < y.num_elements(); ++i) excluded[KeyOf(y, i, 1)] = true;
    std::vector<int64_t> kept;
    for (int64_t i = 0; i < x.num_elements(); ++i) {
      if (!excluded.contains(KeyOf(x, i, 1))) kept.push_back(i);
    }
    Tensor *out, *idx;
    const Shape shape({static_cast<int64_t>(kept.size())});
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    MR_RETURN_IF_ERROR(c.allocate_output(1, shape, &idx));
    for (size_t i = 0; i < kept.size(); ++i) {
      CopyElements(x.dtype(), ElementAt(x, kept[i]),
                   MutableElementAt(*out, static_cast<int64_t>(i)), 1);
      StoreIndex(idx, static_cast<int64_t>(i), kept[i]);
    }
    return absl::OkStatus();
  }
};

absl::Status UniqueShape(ShapeContext& c) {
  const PartialShape& in = c.input(0);
  PartialShape distinct;
  int64_t n = PartialShape::kUnknownDim;
  if (in.known_rank()) {
    distinct = PartialShape::UnknownOfRank(in.rank());
    if (in.rank() == 1) n = in.dim(0);
  }
  c.set_output(0, std::move(distinct));
  c.set_output(1, PartialShape::Of({n}));
  if (c.num_outputs() > 2) c.set_output(2, PartialShape::Of({PartialShape::kUnknownDim}));
  return absl::OkStatus();
}

absl::Status UniqueVectorShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 1).status());
  return UniqueShape(c);
}

absl::Status ListDiffShape(ShapeContext& c) {
  for (int i = 0; i < 2; ++i) {
    MR_RETURN_IF_ERROR(c.WithRank(i, 1).status());
    c.set_output(i, PartialShape::Of({PartialShape::kUnknownDim}));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterUnique(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("Unique")
                .Input("x: T")
                .Output("y: T")
                .Output("idx: out_idx")
                .Attr("T: type")
                .Attr("out_idx: {int32, int64} = DT_INT32")
                .Doc("The distinct elements in the order of their first appearance, and which "
                     "of them each element is.")
                .Shape(UniqueVectorShape)
                .NotDifferentiable()
                .Cpu<UniqueKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("UniqueWithCounts")
                               .Input("x: T")
                               .Output("y: T")
                               .Output("idx: out_idx")
                               .Output("count: out_idx")
                               .Attr("T: type")
                               .Attr("out_idx: {int32, int64} = DT_INT32")
                               .Doc("Unique, and how often each element comes.")
                               .Shape(UniqueVectorShape)
                               .NotDifferentiable()
                               .Cpu<UniqueKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("UniqueV2")
                .Input("x: T")
                .Input("axis: Taxis")
                .Output("y: T")
                .Output("idx: out_idx")
                .Attr("T: type")
                .Attr("Taxis: {int32, int64} = DT_INT64")
                .Attr("out_idx: {int32, int64} = DT_INT32")
                .Doc("The distinct slices along `axis`, and which of them each slice is.")
                .Shape(UniqueShape)
                .NotDifferentiable()
                .Cpu<UniqueKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("UniqueWithCountsV2")
                               .Input("x: T")
                               .Input("axis: Taxis")
                               .Output("y: T")
                               .Output("idx: out_idx")
                               .Output("count: out_idx")
                               .Attr("T: type")
                               .Attr("Taxis: {int32, int64} = DT_INT64")
                               .Attr("out_idx: {int32, int64} = DT_INT32")
                               .Doc("UniqueV2, and how often each slice comes.")
                               .Shape(UniqueShape)
                               .NotDifferentiable()
                               .Cpu<UniqueKernel>()));
  return r.Add(Op("ListDiff")
                   .Input("x: T")
                   .Input("y: T")
                   .Output("out: T")
                   .Output("idx: out_idx")
                   .Attr("T: type")
                   .Attr("out_idx: {int32, int64} = DT_INT32")
                   .Doc("The elements of `x` that are not in `y`, and where they were.")
                   .Shape(ListDiffShape)
                   .NotDifferentiable()
                   .Cpu<ListDiffKernel>());
}

}  // namespace millrace
