// What the fields that schema.h reads must be, table by table.
#ifndef MILLRACE_MICRO_CORE_SCHEMA_RULES_H_
#define MILLRACE_MICRO_CORE_SCHEMA_RULES_H_

#include "micro/core/flatbuffer_checker.h"
#include "micro/core/schema.h"

namespace millrace::micro {

using fb::FieldRule;

constexpr FieldRule kModelRules[] = {{field::Model::kVersion, FieldRule::kScalar, 4}};
constexpr FieldRule kCodeRules[] = {
    {field::OperatorCode::kDeprecatedBuiltinCode, FieldRule::kScalar, 1},
    {field::OperatorCode::kCustomCode, FieldRule::kString, 1},
    {field::OperatorCode::kVersion, FieldRule::kScalar, 4},
    {field::OperatorCode::kBuiltinCode, FieldRule::kScalar, 4},
};
constexpr FieldRule kBufferRules[] = {
    {field::Buffer::kData, FieldRule::kVector, 1},
    {field::Buffer::kOffset, FieldRule::kScalar, 8},
};
constexpr FieldRule kMetadataRules[] = {
    {field::Metadata::kName, FieldRule::kString, 1},
    {field::Metadata::kBuffer, FieldRule::kScalar, 4},
};
constexpr FieldRule kSubgraphRules[] = {
    {field::SubGraph::kInputs, FieldRule::kVector, 4},
    {field::SubGraph::kOutputs, FieldRule::kVector, 4},
};
constexpr FieldRule kTensorRules[] = {
    {field::Tensor::kShape, FieldRule::kVector, 4},
    {field::Tensor::kType, FieldRule::kScalar, 1},
    {field::Tensor::kBuffer, FieldRule::kScalar, 4},
    {field::Tensor::kName, FieldRule::kString, 1},
    {field::Tensor::kQuantization, FieldRule::kTable, 0},
    {field::Tensor::kIsVariable, FieldRule::kScalar, 1},
    {field::Tensor::kShapeSignature, FieldRule::kVector, 4},
};
constexpr FieldRule kQuantizationRules[] = {
    {field::Quantization::kScale, FieldRule::kVector, 4},
    {field::Quantization::kZeroPoint, FieldRule::kVector, 8},
    {field::Quantization::kQuantizedDimension, FieldRule::kScalar, 4},
};
constexpr FieldRule kOperatorRules[] = {
    {field::Operator::kOpcodeIndex, FieldRule::kScalar, 4},
    {field::Operator::kInputs, FieldRule::kVector, 4},
    {field::Operator::kOutputs, FieldRule::kVector, 4},
    {field::Operator::kOptions, FieldRule::kTable, 0},
    {field::Operator::kCustomOptions, FieldRule::kVector, 1},
    {field::Operator::kIntermediates, FieldRule::kVector, 4},
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_SCHEMA_RULES_H_
