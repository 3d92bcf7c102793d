#include "kernels/random/draws.h"

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/wide.h"

namespace millrace {

absl::Status FillByParameter(KernelContext& c, const Philox& start, const Shape& shape,
                             const Tensor& parameters,
                             absl::FunctionRef<double(double parameter, Philox gen)> draw) {
  constexpr uint64_t kBlocksADraw = 256;
  const int lead = shape.rank() - parameters.rank();
  bool fits = lead >= 0;
  for (int d = 0; fits && d < parameters.rank(); ++d)
    fits = shape.dim(lead + d) == parameters.dim(d);
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat("the shape ", shape.ToString(),
                                                   " must end with that of the parameters, ",
                                                   parameters.shape().ToString()));
  }
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
  const int64_t total = shape.num_elements(), count = parameters.num_elements();
  if (total == 0) return absl::OkStatus();
  const int64_t samples = total / count;
  const std::vector<double> p = LoadWide<double>(parameters);
  std::vector<double> values(static_cast<size_t>(total));
  c.pool()->ParallelFor(total, 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Philox gen = start;
      gen.Skip(static_cast<uint64_t>(i) * kBlocksADraw);
      values[i % samples * count + i / samples] = draw(p[i / samples], gen);
    }
  });
  StoreWide(values, out);
  return absl::OkStatus();
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
