// QuantizedMaxPool, QuantizedAvgPool: windows over quantised images, whose range stays.
#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/wide.h"
#include "kernels/nn/pooling.h"
#include "kernels/quantize/quantized_type.h"

namespace millrace {
namespace {

// The greatest, or the mean with its fraction cut off, of the integers in a window.
template <bool kMax>
class QuantizedPoolKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Init(c, -1); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const QuantizedRange range, InputRange(c, 0, 1, 2));
    MR_ASSIGN_OR_RETURN(const WindowGeometry g, attrs_.Geometry(c, c.input(0).shape()));
    MR_ASSIGN_OR_RETURN(const Shape shape, attrs_.PooledShape(g, c.input(0).shape()));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    const std::vector<int64_t> x = LoadWide<int64_t>(c.input(0));
    std::vector<int64_t> y(static_cast<size_t>(shape.num_elements()),
                           kMax ? std::numeric_limits<int64_t>::lowest() : 0);
    std::vector<int64_t> counts(static_cast<size_t>(g.out_pixels()));
    for (int64_t row = 0; row < g.batch * g.out_height; ++row) {
      ForEachPoolPosition(g, row, [&](int64_t to, int64_t from) {
        ++counts[static_cast<size_t>(to)];
        for (int64_t j = 0; j < g.in_channels; ++j) {
          int64_t& pooled = y[static_cast<size_t>(to * g.in_channels + j)];
          const int64_t v = x[static_cast<size_t>(from * g.in_channels + j)];
          pooled = kMax ? std::max(pooled, v) : pooled + v;
        }
      });
    }
    if (!kMax) {
      for (size_t i = 0; i < y.size(); ++i)
        y[i] /= std::max<int64_t>(1, counts[i / static_cast<size_t>(g.in_channels)]);
    }
    StoreWide(y, out);
    SetRangeOutputs(c, 1, range.min, range.max);
    return absl::OkStatus();
  }

 private:
  PoolAttrs attrs_;
};

absl::Status QuantizedPoolShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(PoolShape(c));
  for (int i = 1; i < 3; ++i) {
    MR_RETURN_IF_ERROR(c.WithRank(i, 0).status());
    c.set_output(i, PartialShape::Scalar());
  }
  return absl::OkStatus();
}

template <bool kMax>
absl::Status AddPool(Registry& r, const char* name, absl::string_view doc) {
  return r.Add(Op(name)
                   .Input("input: T")
                   .Input("min_input: float")
                   .Input("max_input: float")
                   .Output("output: T")
                   .Output("min_output: float")
                   .Output("max_output: float")
                   .Attr("T: {qint8, quint8, qint32, qint16, quint16}")
                   .Attr("ksize: list(int)")
                   .Attr("strides: list(int)")
                   .Attr("padding: {'SAME', 'VALID'}")
                   .Doc(doc)
                   .Shape(QuantizedPoolShape)
                   .NotDifferentiable()
                   .template Cpu<QuantizedPoolKernel<kMax>>());
}

}  // namespace

absl::Status RegisterQuantizedPool(Registry& r) {
  MR_RETURN_IF_ERROR(
      AddPool<true>(r, "QuantizedMaxPool", "The greatest of each window of quantised images."));
  return AddPool<false>(r, "QuantizedAvgPool",
                        "The mean of each window of quantised images; padding never counts.");
}

}  // namespace millrace
