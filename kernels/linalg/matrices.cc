#include "kernels/linalg/matrices.h"

#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "kernels/math/wide.h"

namespace millrace {

absl::StatusOr<MatrixBatch> MatrixBatch::Of(const Tensor& t, bool square) {
  if (t.rank() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("Input tensor must have rank >= 2, got shape ", t.shape().ToString()));
  }
  MatrixBatch b;
  for (int d = 0; d < t.rank() - 2; ++d) b.count *= t.dim(d);
  b.rows = t.dim(t.rank() - 2);
  b.columns = t.dim(t.rank() - 1);
  if (square && b.rows != b.columns) {
    return absl::InvalidArgumentError(
        absl::StrCat("Input matrices must be squares, got shape ", t.shape().ToString()));
  }
  return b;
}

absl::StatusOr<Shape> BatchShape(const Shape& shape, std::initializer_list<int64_t> dims) {
  DimVector all(shape.dims().begin(), shape.dims().end() - 2);
  all.insert(all.end(), dims.begin(), dims.end());
  return Shape::Create(all);
}

PartialShape BatchShape(const PartialShape& shape, std::initializer_list<int64_t> dims) {
  if (!shape.known_rank()) return PartialShape();
  PartialShape out = PartialShape::UnknownOfRank(shape.rank() - 2);
  for (int d = 0; d < out.rank(); ++d) out.SetDim(d, shape.dim(d));
  for (const int64_t dim : dims) out.AddDim(dim);
  return out;
}

int64_t BroadcastSource(const Shape& to, const Shape& from, int64_t i) {
  int64_t at = 0, stride = 1;
  for (int d = 1; d <= from.rank(); ++d) {
    const int64_t size = to.dim(to.rank() - d), own = from.dim(from.rank() - d);
    if (own != 1) at += i % size * stride;
    stride *= own;
    i /= size;
  }
  return at;
}

absl::Status ForEachMatrix(KernelContext& c, int64_t count,
                           absl::FunctionRef<absl::Status(int64_t i)> fn) {
  Mutex mu;
  int64_t failed = count;
  absl::Status status;
  c.pool()->ParallelFor(count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      absl::Status s = fn(i);
      if (s.ok()) continue;
      MutexLock lock(mu);
      if (i >= failed) continue;
      failed = i;
      status = std::move(s);
    }
  });
  return status;
}

absl::Status ComputeInDouble(Kernel& inner, KernelContext& c) {
  const auto wide = [](DType t) {
    return IsComplex(t) ? DType::kComplex128 : IsFloating(t) ? DType::kDouble : t;
  };
  // `from` in dtype `to`, which is of the same kind.
  const auto convert = [](const Tensor& from, DType to) -> absl::StatusOr<Tensor> {
    if (from.dtype() == to) return from;
    MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(to, from.shape()));
    if (IsComplex(to)) {
      StoreWide(LoadWide<complex128>(from), &out);
    } else {
      StoreWide(LoadWide<double>(from), &out);
    }
    return out;
  };
  std::vector<Tensor> inputs, outputs(c.num_outputs());
  std::vector<DType> types;
  for (int i = 0; i < c.num_inputs(); ++i) {
    MR_ASSIGN_OR_RETURN(Tensor input, convert(c.input(i), wide(c.input(i).dtype())));
    inputs.push_back(std::move(input));
  }
  for (int i = 0; i < c.num_outputs(); ++i) types.push_back(wide(c.output_type(i)));
  KernelContext context(c.device(), &c.step(), absl::MakeSpan(inputs), absl::MakeSpan(outputs),
                        types);
  MR_RETURN_IF_ERROR(inner.Compute(context));
  for (int i = 0; i < c.num_outputs(); ++i) {
    MR_ASSIGN_OR_RETURN(Tensor output, convert(outputs[i], c.output_type(i)));
    c.set_output(i, std::move(output));
  }
  return absl::OkStatus();
}

absl::Status SquareMatrices(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape s, c.WithRankAtLeast(0, 2));
  if (s.known_rank()) {
    const auto n = ShapeContext::MergeDim(s.dim(s.rank() - 2), s.dim(s.rank() - 1));
    if (!n.ok()) return c.Error(0, n.status().message());
    s.SetDim(s.rank() - 2, *n);
    s.SetDim(s.rank() - 1, *n);
  }
  c.set_output(0, std::move(s));
  return absl::OkStatus();
}

absl::Status ScalarOfSquareMatrices(ShapeContext& c) {
  MR_RETURN_IF_ERROR(SquareMatrices(c));
  const PartialShape out = BatchShape(c.output(0), {});
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, out);
  return absl::OkStatus();
}

Output MatrixProduct(Builder& b, Output x, Output y, bool adjoint_x, bool adjoint_y) {
  return b.Op1("BatchMatMulV2", {x, y}, {{"adj_x", adjoint_x}, {"adj_y", adjoint_y}});
}

Output IdentityLike(Builder& b, Output like) {
  return b.Op1("MatrixDiag", {b.OnesLike(b.Op1("MatrixDiagPart", {like}))});
}

Output Adjoint(Builder& b, Output x) {
  return MatrixProduct(b, x, IdentityLike(b, x), /*adjoint_x=*/true);
}

Output Columns(Builder& b, Output x, int64_t begin, int64_t size) {
  const PartialShape shape = b.shape(x);
  if (!b.ok()) return Output();
  std::vector<int32_t> begins(shape.rank()), sizes(shape.rank(), -1);
  begins.back() = static_cast<int32_t>(begin);
  sizes.back() = static_cast<int32_t>(size);
  return b.Slice(x, b.Ints(begins), b.Ints(sizes));
}

}  // namespace millrace
