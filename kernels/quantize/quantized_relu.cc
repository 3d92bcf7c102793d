// QuantizedRelu, QuantizedRelu6.
#include <algorithm>

#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/wide.h"
#include "kernels/quantize/quantized_type.h"

namespace millrace {
namespace {

// Above 0, and below 6 if kSix.
template <bool kSix>
class QuantizedReluKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(QuantizedRange range, InputRange(c, 0, 1, 2));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, c.input(0).shape(), &out));
    const double zero = range.FromFloat(0), six = range.FromFloat(6);
    std::vector<double> values = LoadWide<double>(c.input(0));
    for (double& v : values) {
      v = std::max(v, zero);
      if (kSix) v = std::min(v, six);
    }
    StoreWide(values, out);
    SetRangeOutputs(c, 1, range.min, range.max);
    return absl::OkStatus();
  }
};

template <bool kSix>
absl::Status AddRelu(Registry& r, const char* name, absl::string_view doc) {
  return r.Add(Op(name)
                   .Input("features: Tinput")
                   .Input("min_features: float")
                   .Input("max_features: float")
                   .Output("activations: out_type")
                   .Output("min_activations: float")
                   .Output("max_activations: float")
                   .Attr("Tinput: {qint8, quint8, qint32, qint16, quint16}")
                   .Attr("out_type: {qint8, quint8, qint32, qint16, quint16} = DT_QUINT8")
                   .Doc(doc)
                   .Shape(QuantizedUnaryShape)
                   .NotDifferentiable()
                   .template Cpu<QuantizedReluKernel<kSix>>());
}

}  // namespace

absl::Status RegisterQuantizedRelu(Registry& r) {
  MR_RETURN_IF_ERROR(AddRelu<false>(r, "QuantizedRelu", "max(features, 0) of quantised numbers."));
  return AddRelu<true>(r, "QuantizedRelu6", "min(max(features, 0), 6) of quantised numbers.");
}

}  // namespace millrace
