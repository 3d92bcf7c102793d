#include "kernels/random/draws.h"

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/broadcast.h"
#include "kernels/math/wide.h"

namespace millrace {

namespace {

absl::Status CheckEndsWith(const Shape& shape, const Shape& parameters) {
  const int lead = shape.rank() - parameters.rank();
  bool fits = lead >= 0;
  for (int d = 0; fits && d < parameters.rank(); ++d)
    fits = shape.dim(lead + d) == parameters.dim(d);
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the shape ", shape.ToString(),
                                                 " must end with that of the parameters, ",
                                                 parameters.ToString()));
}

}  // namespace

absl::Status FillSamples(KernelContext& c, const Shape& shape, const Shape& parameters,
                         absl::FunctionRef<double(int64_t p, int64_t i)> draw) {
  MR_RETURN_IF_ERROR(CheckEndsWith(shape, parameters));
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
  const int64_t total = shape.num_elements(), count = parameters.num_elements();
  if (total == 0) return absl::OkStatus();
  const int64_t samples = total / count;
  std::vector<double> values(static_cast<size_t>(total));
  c.pool()->ParallelFor(total, 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      values[i % samples * count + i / samples] = draw(i / samples, i);
  });
  StoreWide(values, out);
  return absl::OkStatus();
}

absl::Status FillByParameter(KernelContext& c, const Philox& start, const Shape& shape,
                             const Tensor& parameters,
                             absl::FunctionRef<double(double parameter, Philox gen)> draw) {
  constexpr uint64_t kBlocksADraw = 256;
  const std::vector<double> values = LoadWide<double>(parameters);
  return FillSamples(c, shape, parameters.shape(), [&](int64_t p, int64_t i) {
    Philox gen = start;
    gen.Skip(static_cast<uint64_t>(i) * kBlocksADraw);
    return draw(values[p], gen);
  });
}

absl::Status FillInOrder(
    KernelContext& c, Philox gen, const Shape& shape, const Shape& parameters,
    absl::FunctionRef<void(int64_t p, Philox* gen, int64_t samples, double* to)> fill) {
  MR_RETURN_IF_ERROR(CheckEndsWith(shape, parameters));
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
  const int64_t total = shape.num_elements(), count = parameters.num_elements();
  if (total == 0) return absl::OkStatus();
  const int64_t samples = total / count;
  std::vector<double> values(static_cast<size_t>(total)), row(static_cast<size_t>(samples));
  for (int64_t p = 0; p < count; ++p) {
    fill(p, &gen, samples, row.data());
    for (int64_t s = 0; s < samples; ++s) values[s * count + p] = row[s];
  }
  StoreWide(values, out);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<double>> SpreadTo(const Tensor& t, const Shape& shape) {
  MR_ASSIGN_OR_RETURN(const Broadcast both, Broadcast::Create({&shape, &t.shape()}));
  const std::vector<double> values = LoadWide<double>(t);
  std::vector<double> spread(static_cast<size_t>(both.output().num_elements()));
  both.ForEachRun(nullptr, both.output().num_elements() + 1,
                  [&](int64_t to, const Broadcast::Offsets& from, int64_t n) {
                    for (int64_t k = 0; k < n; ++k)
                      spread[to + k] = values[from[1] + k * both.step(1)];
                  });
  return spread;
}

absl::StatusOr<Shape> SamplesShape(const Shape& samples, const Shape& parameters) {
  DimVector dims(samples.dims().begin(), samples.dims().end());
  dims.insert(dims.end(), parameters.dims().begin(), parameters.dims().end());
  return Shape::Create(dims);
}

absl::Status SamplesOfParametersShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 1).status());
  MR_ASSIGN_OR_RETURN(PartialShape out, c.input_as_shape(0));
  const PartialShape& parameters = c.input(1);
  if (!parameters.known_rank()) out = PartialShape();
  for (int d = 0; d < parameters.rank(); ++d) out.AddDim(parameters.dim(d));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

}  // namespace millrace
