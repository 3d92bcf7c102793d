#include "micro/host/detection_shapes.h"

#include "micro/core/tensor_view.h"
#include "micro/kernels/detection_postprocess.h"

namespace millrace::micro {
namespace {

bool IsDetection(const ModelView& model, fb::Table op) {
  const auto code = op.Scalar<uint32_t>(field::Operator::kOpcodeIndex);
  const char* name =
      model.operator_codes()[static_cast<int>(code)].String(field::OperatorCode::kCustomCode);
  return SameText(name, kTFLite_Detection_PostProcessOp.custom_name);
}

void SetShape(int output, int32_t n, mr_micro_tensor* tensor) {
  if (output == 3) {
    tensor->rank = 1;
    tensor->dims[0] = 1;
    return;
  }
  tensor->rank = output == 0 ? 3 : 2;
  tensor->dims[0] = 1;
  tensor->dims[1] = n;
  tensor->dims[2] = output == 0 ? 4 : 0;
  tensor->bytes = static_cast<size_t>(n) * (output == 0 ? 4 : 1) * sizeof(float);
}

}  // namespace

void CompleteDetectionShape(const ModelView& model, int subgraph, int index,
                            mr_micro_tensor* tensor) {
  if (tensor->rank != 0) return;
  const fb::TableVector operators = model.subgraph(subgraph).operators();
  for (int i = 0; i < operators.size(); ++i) {
    const auto outputs = operators[i].VectorOf<int32_t>(field::Operator::kOutputs);
    for (int k = 0; k < outputs.size() && k < 4; ++k) {
      if (outputs[k] != index || !IsDetection(model, operators[i])) continue;
      const int32_t n =
          MostDetections(operators[i].VectorOf<uint8_t>(field::Operator::kCustomOptions));
      if (n > 0) SetShape(k, n, tensor);
      return;
    }
  }
}

}  // namespace millrace::micro
