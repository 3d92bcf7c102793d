// Transpose, ConjugateTranspose: dimensions in another order.
#include <complex>

#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/int_args.h"
#include "kernels/array/strided_copy.h"

namespace millrace {
namespace {

absl::Status CheckPermutation(absl::Span<const int64_t> perm, int rank) {
  std::vector<bool> seen(rank, false);
  bool valid = static_cast<int>(perm.size()) == rank;
  for (size_t i = 0; valid && i < perm.size(); ++i) {
    valid = perm[i] >= 0 && perm[i] < rank && !seen[perm[i]];
    if (valid) seen[perm[i]] = true;
  }
  if (valid) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "perm [", absl::StrJoin(perm, ","), "] is not a permutation of the ", rank, " dimensions"));
}

absl::StatusOr<DimVector> PermArg(const Tensor& t, int rank) {
  MR_ASSIGN_OR_RETURN(DimVector perm, IntVectorArg(t, "perm"));
  for (int64_t& p : perm) {
    if (p < 0) p += rank;
  }
  MR_RETURN_IF_ERROR(CheckPermutation(perm, rank));
  return perm;
}

template <typename T>
void ConjugateInPlace(Tensor* t) {
  for (T& x : t->mutable_flat<T>()) x = std::conj(x);
}

template <bool kConjugate>
class TransposeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    MR_ASSIGN_OR_RETURN(const DimVector perm, PermArg(c.input(1), in.rank()));
    const DimVector src = RowMajorStrides(in.shape().dims());
    DimVector dims, strides;
    bool identity = true;
    for (size_t d = 0; d < perm.size(); ++d) {
      dims.push_back(in.dim(static_cast<int>(perm[d])));
      strides.push_back(src[perm[d]]);
      identity = identity && perm[d] == static_cast<int64_t>(d);
    }
    if (identity && !kConjugate) {
      c.set_output(0, c.take_input(0));
      return absl::OkStatus();
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape(dims), &out));
    StridedCopy(in.dtype(), {dims, strides, RowMajorStrides(dims)}, in.raw_data(),
                out->mutable_raw_data(), c.pool());
    if (kConjugate && in.dtype() == DType::kComplex64) ConjugateInPlace<std::complex<float>>(out);
    if (kConjugate && in.dtype() == DType::kComplex128) ConjugateInPlace<std::complex<double>>(out);
    return absl::OkStatus();
  }
};

absl::Status TransposeShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape length, c.WithRank(1, 1));
  const PartialShape& in = c.input(0);
  MR_ASSIGN_OR_RETURN(const int64_t rank, ShapeContext::MergeDim(in.rank(), length.dim(0)));
  if (rank < 0) return absl::OkStatus();
  const Tensor* value = c.input_value(1);
  if (value == nullptr || !in.known_rank()) {
    c.set_output(0, PartialShape::UnknownOfRank(static_cast<int>(rank)));
    return absl::OkStatus();
  }
  MR_ASSIGN_OR_RETURN(const DimVector perm, PermArg(*value, in.rank()));
  DimVector dims;
  for (const int64_t p : perm) dims.push_back(in.dim(static_cast<int>(p)));
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

template <bool kConjugate>
absl::StatusOr<Gradients> TransposeGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output inverse = b.Op1("InvertPermutation", {op.input(1)});
  return Gradients{b.Op1(kConjugate ? "ConjugateTranspose" : "Transpose", {dy[0], inverse}), {}};
}

}  // namespace

absl::Status RegisterTranspose(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Transpose")
                               .Input("x: T")
                               .Input("perm: Tperm")
                               .Output("y: T")
                               .Attr("T: type")
                               .Attr("Tperm: {int32, int64} = DT_INT32")
                               .Doc("y.shape[i] = x.shape[perm[i]], elements moved along.")
                               .Shape(TransposeShape)
                               .Gradient(TransposeGradient<false>)
                               .Cpu<TransposeKernel<false>>()));
  return r.Add(Op("ConjugateTranspose")
                   .Input("x: T")
                   .Input("perm: Tperm")
                   .Output("y: T")
                   .Attr("T: type")
                   .Attr("Tperm: {int32, int64} = DT_INT32")
                   .Doc("Transpose, each element conjugated.")
                   .Shape(TransposeShape)
                   .Gradient(TransposeGradient<true>)
                   .Cpu<TransposeKernel<true>>());
}

}  // namespace millrace
