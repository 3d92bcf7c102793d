#include "kernels/sparse/sparse_rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/checked_math.h"
#include "core/base/status.h"
#include "kernels/array/elements.h"

namespace millrace {
namespace {

absl::StatusOr<SparseView> CheckPart(const SparseTriple& part, size_t i, DType dtype) {
  const std::string name = absl::StrCat("SparseTensor[", i, "]");
  if (part.indices.dtype() != DType::kInt64 || part.shape.dtype() != DType::kInt64) {
    return absl::InvalidArgumentError(
        absl::StrCat("The indices and the shape of ", name, " must be int64, not ",
                     DTypeName(part.indices.dtype()), " and ", DTypeName(part.shape.dtype())));
  }
  if (part.values.dtype() != dtype) {
    return absl::InvalidArgumentError(
        absl::StrCat("Requested SparseTensor of type ", DTypeName(dtype), " but ", name,
                     " has values of ", DTypeName(part.values.dtype())));
  }
  return SparseView::Create(part.indices, part.values, part.shape, name.c_str());
}

// The sizes of the outer dimensions, and the greatest size of each inner one.
absl::StatusOr<DimVector> JoinedShape(absl::Span<const SparseView> parts,
                                      absl::Span<const int64_t> outer) {
  DimVector shape(outer.begin(), outer.end());
  shape.insert(shape.end(), parts[0].shape.begin(), parts[0].shape.end());
  for (size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].rank() != parts[0].rank()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Inconsistent rank across SparseTensors: rank prior to SparseTensor[", i, "] was ",
          parts[0].rank(), " but rank of SparseTensor[", i, "] is ", parts[i].rank()));
    }
    for (int d = 0; d < parts[i].rank(); ++d) {
      int64_t& size = shape[outer.size() + d];
      size = std::max(size, parts[i].shape[d]);
    }
  }
  return shape;
}

}  // namespace

absl::Status CheckRows(const SparseView& in) {
  if (in.rank() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("Rank of input SparseTensor should be > 1, but saw rank: ", in.rank()));
  }
  return in.CheckOrder();
}

absl::Status ForEachRow(const SparseView& in,
                        absl::FunctionRef<absl::Status(int64_t, SparseTriple)> f) {
  const int64_t rank = in.rank() - 1;
  const Tensor shape = Int64Vector(absl::MakeConstSpan(in.shape).subspan(1));
  int64_t begin = 0;
  for (int64_t row = 0; row < in.shape[0]; ++row) {
    int64_t end = begin;
    while (end < in.count && in.Index(end)[0] == row) ++end;
    SparseTriple part;
    MR_ASSIGN_OR_RETURN(part.indices, Tensor::Create(DType::kInt64, Shape({end - begin, rank})));
    for (int64_t k = begin; k < end; ++k) {
      std::copy_n(in.Index(k).data() + 1, rank,
                  part.indices.mutable_data<int64_t>() + (k - begin) * rank);
    }
    part.values = in.values->Slice(begin, end);
    part.shape = shape;
    MR_RETURN_IF_ERROR(f(row, std::move(part)));
    begin = end;
  }
  return absl::OkStatus();
}

absl::Status JoinSparse(KernelContext& c, absl::Span<const SparseTriple> parts,
                        absl::Span<const int64_t> outer) {
  std::vector<SparseView> views;
  int64_t total = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    MR_ASSIGN_OR_RETURN(SparseView view, CheckPart(parts[i], i, c.output_type(1)));
    if (!CheckedAdd(total, view.count, &total))
      return absl::InvalidArgumentError("the sparse tensors have too many elements");
    views.push_back(std::move(view));
  }
  MR_ASSIGN_OR_RETURN(const DimVector shape, JoinedShape(views, outer));
  const auto rank = static_cast<int64_t>(shape.size()), inner = int64_t{views[0].rank()};
  MR_ASSIGN_OR_RETURN(const Shape index_shape, Shape::Create({total, rank}));
  Tensor *indices, *values;
  MR_RETURN_IF_ERROR(c.allocate_output(0, index_shape, &indices));
  MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({total}), &values));
  int64_t at = 0;
  int64_t* index = indices->mutable_data<int64_t>();
  for (size_t i = 0; i < views.size(); ++i) {
    for (int64_t k = 0; k < views[i].count; ++k, index += rank) {
      auto rest = static_cast<int64_t>(i);
      for (int64_t d = rank - inner - 1; d >= 0; --d) {
        index[d] = rest % shape[d];
        rest /= shape[d];
      }
      std::copy_n(views[i].Index(k).data(), inner, index + rank - inner);
    }
    CopyElements(values->dtype(), views[i].values->raw_data(), MutableElementAt(*values, at),
                 views[i].count);
    at += views[i].count;
  }
  c.set_output(2, Int64Vector(shape));
  return absl::OkStatus();
}

}  // namespace millrace
