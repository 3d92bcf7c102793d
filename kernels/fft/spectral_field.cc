#include "kernels/fft/spectral_field.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/thread_pool.h"

namespace millrace {
namespace {

using Complex = FourierTransform::Complex;

template <typename T>
void Load(const Tensor& t, int64_t at, int64_t n, Complex* to) {
  for (int64_t j = 0; j < n; ++j) to[j] = Complex(t.data<T>()[at + j]);
}

}  // namespace

void LoadSpectrum(const Tensor& t, int64_t at, int64_t n, Complex* to) {
  if (t.dtype() == DType::kFloat) return Load<float>(t, at, n, to);
  if (t.dtype() == DType::kDouble) return Load<double>(t, at, n, to);
  if (t.dtype() == DType::kComplex64) return Load<std::complex<float>>(t, at, n, to);
  Load<Complex>(t, at, n, to);
}

void StoreSpectrum(const Complex* from, int64_t at, int64_t n, Tensor* t) {
  for (int64_t j = 0; j < n; ++j) {
    if (t->dtype() == DType::kFloat) {
      t->mutable_data<float>()[at + j] = static_cast<float>(from[j].real());
    } else if (t->dtype() == DType::kDouble) {
      t->mutable_data<double>()[at + j] = from[j].real();
    } else if (t->dtype() == DType::kComplex64) {
      t->mutable_data<std::complex<float>>()[at + j] = std::complex<float>(from[j]);
    } else {
      t->mutable_data<Complex>()[at + j] = from[j];
    }
  }
}

void SpectralField::Transform(KernelContext& c, int axis, bool inverse) {
  const int64_t n = shape.dim(axis);
  if (values.empty()) return;
  int64_t inner = 1;
  for (int d = axis + 1; d < shape.rank(); ++d) inner *= shape.dim(d);
  const FourierTransform transform(n, inverse);
  c.pool()->ParallelFor(shape.num_elements() / n, std::max<int64_t>(1, 4096 / n),
                        [&](int64_t begin, int64_t end) {
                          for (int64_t line = begin; line < end; ++line)
                            transform.Run(&values[line / inner * inner * n + line % inner], inner);
                        });
}

SpectralField SpectralField::Fitted(const Tensor& t, const Shape& shape) {
  SpectralField field(shape);
  const int rank = shape.rank();
  const int64_t row = rank == 0 ? 1 : std::min(t.dim(rank - 1), shape.dim(rank - 1));
  const int64_t rows =
      row == 0 ? 0 : shape.num_elements() / std::max<int64_t>(1, shape.dim(rank - 1));
  for (int64_t i = 0; i < rows; ++i) {
    int64_t rest = i, from = 0, stride = t.dim(rank - 1);
    bool inside = true;
    for (int d = rank - 2; d >= 0; --d) {
      const int64_t at = rest % shape.dim(d);
      rest /= shape.dim(d);
      inside = inside && at < t.dim(d);
      from += at * stride;
      stride *= t.dim(d);
    }
    if (inside) LoadSpectrum(t, from, row, &field.values[i * shape.dim(rank - 1)]);
  }
  return field;
}

absl::Status CheckSpectralRank(const Tensor& t, int rank) {
  if (t.rank() >= rank) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Input must have rank of at least ", rank, " but got: ", t.shape().ToString()));
}

int TransformRank(absl::string_view op) {
  return absl::EndsWith(op, "3D") ? 3 : absl::EndsWith(op, "2D") ? 2 : 1;
}

std::string TransformSuffix(const OpSchema& op) {
  const int rank = TransformRank(op.name);
  return rank == 1 ? "" : absl::StrCat(rank, "D");
}

Output TransformSize(Builder& b, const OpView& op, Output x, DType dtype) {
  const Output rank = b.Rank(x), n = b.Scalar<int32_t>(TransformRank(op.schema().name));
  const Output shape = b.Slice(b.Shape(x), b.ExpandDims(b.Sub(rank, n), 0), b.ExpandDims(n, 0));
  return b.Cast(b.Op1("Prod", {shape, b.Scalar<int32_t>(0)}), dtype);
}

}  // namespace millrace
