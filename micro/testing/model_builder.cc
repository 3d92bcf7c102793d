#include "micro/testing/model_builder.h"

#include <cstring>

namespace millrace::micro::testing {

TestTensor ConstantInt4(std::vector<int32_t> shape, const std::vector<int8_t>& values,
                        Quantization quantization) {
  TestTensor tensor{TensorType::kInt4, std::move(shape), std::move(quantization)};
  tensor.data.resize((values.size() + 1) / 2);
  for (size_t i = 0; i < values.size(); ++i) {
    tensor.data[i / 2] |= static_cast<uint8_t>((values[i] & 0xF) << (i % 2 * 4));
  }
  tensor.is_constant = true;
  return tensor;
}

ModelBytes::ModelBytes(const std::vector<uint8_t>& bytes)
    : words_((bytes.size() + 15) / 16), size_(bytes.size()) {
  if (size_ > 0) std::memcpy(words_.data(), bytes.data(), size_);
}

int ModelBuilder::BeginSubgraph() {
  subgraphs_.emplace_back();
  return static_cast<int>(subgraphs_.size()) - 1;
}

uint32_t ModelBuilder::AddBuffer(const std::vector<uint8_t>& data) {
  auto buffer = FlatObject::NewTable();
  buffer->Set(field::Buffer::kData, FlatObject::NewVector(data, 16));
  buffers_.push_back(buffer);
  return static_cast<uint32_t>(buffers_.size()) - 1;
}

int ModelBuilder::Add(const TestTensor& tensor) {
  auto table = FlatObject::NewTable();
  table->Set(field::Tensor::kShape, FlatObject::NewVector(tensor.shape));
  table->Set(field::Tensor::kType, static_cast<int8_t>(tensor.type));
  table->Set(field::Tensor::kBuffer, tensor.is_constant ? AddBuffer(tensor.data) : 0u);
  table->Set(field::Tensor::kName, FlatObject::NewString(tensor.name));
  if (!tensor.quantization.scales.empty()) {
    auto quantization = FlatObject::NewTable();
    quantization->Set(field::Quantization::kScale,
                      FlatObject::NewVector(tensor.quantization.scales));
    quantization->Set(field::Quantization::kZeroPoint,
                      FlatObject::NewVector(tensor.quantization.zero_points));
    quantization->Set(field::Quantization::kQuantizedDimension, tensor.quantization.dimension);
    table->Set(field::Tensor::kQuantization, quantization);
  }
  if (tensor.is_variable) table->Set(field::Tensor::kIsVariable, uint8_t{1});
  subgraphs_.back().tensors.push_back(table);
  return static_cast<int>(subgraphs_.back().tensors.size()) - 1;
}

uint32_t ModelBuilder::CodeOf(BuiltinOp op, const std::string& custom_name) {
  const std::string key =
      std::to_string(static_cast<int>(op)) + ":" + std::to_string(op_version_) + ":" + custom_name;
  for (size_t i = 0; i < code_keys_.size(); ++i) {
    if (code_keys_[i] == key) return static_cast<uint32_t>(i);
  }
  const int code = static_cast<int>(op);
  auto table = FlatObject::NewTable();
  // 127 in the old field stands for all newer codes.
  table->Set(field::OperatorCode::kDeprecatedBuiltinCode,
             static_cast<int8_t>(code < 127 ? code : 127));
  table->Set(field::OperatorCode::kBuiltinCode, code);
  table->Set(field::OperatorCode::kVersion, op_version_);
  if (!custom_name.empty()) {
    table->Set(field::OperatorCode::kCustomCode, FlatObject::NewString(custom_name));
  }
  code_keys_.push_back(key);
  codes_.push_back(table);
  return static_cast<uint32_t>(codes_.size()) - 1;
}

ModelBuilder& ModelBuilder::AddOp(BuiltinOp op, std::vector<int32_t> inputs,
                                  std::vector<int32_t> outputs, const Options& options,
                                  std::vector<int32_t> intermediates) {
  auto table = FlatObject::NewTable();
  table->Set(field::Operator::kOpcodeIndex, CodeOf(op, ""));
  table->Set(field::Operator::kInputs, FlatObject::NewVector(inputs));
  table->Set(field::Operator::kOutputs, FlatObject::NewVector(outputs));
  if (options.table() != nullptr) table->Set(field::Operator::kOptions, options.table());
  if (!intermediates.empty()) {
    table->Set(field::Operator::kIntermediates, FlatObject::NewVector(intermediates));
  }
  subgraphs_.back().operators.push_back(table);
  return *this;
}

ModelBuilder& ModelBuilder::AddCustomOp(const std::string& name, std::vector<int32_t> inputs,
                                        std::vector<int32_t> outputs,
                                        std::vector<uint8_t> options) {
  auto table = FlatObject::NewTable();
  table->Set(field::Operator::kOpcodeIndex, CodeOf(BuiltinOp::kCustom, name));
  table->Set(field::Operator::kInputs, FlatObject::NewVector(inputs));
  table->Set(field::Operator::kOutputs, FlatObject::NewVector(outputs));
  table->Set(field::Operator::kCustomOptions, FlatObject::NewVector(options));
  subgraphs_.back().operators.push_back(table);
  return *this;
}

ModelBuilder& ModelBuilder::SetInputs(std::vector<int32_t> tensors) {
  subgraphs_.back().inputs = std::move(tensors);
  return *this;
}

ModelBuilder& ModelBuilder::SetOutputs(std::vector<int32_t> tensors) {
  subgraphs_.back().outputs = std::move(tensors);
  return *this;
}

ModelBuilder& ModelBuilder::AddMetadata(const std::string& name,
                                        const std::vector<uint8_t>& bytes) {
  auto table = FlatObject::NewTable();
  table->Set(field::Metadata::kName, FlatObject::NewString(name));
  table->Set(field::Metadata::kBuffer, AddBuffer(bytes));
  metadata_.push_back(table);
  return *this;
}

ModelBuilder& ModelBuilder::SetVersion(uint32_t schema_version) {
  version_ = schema_version;
  return *this;
}

ModelBuilder& ModelBuilder::SetOpVersion(int version) {
  op_version_ = version;
  return *this;
}

ModelBytes ModelBuilder::Build() const {
  std::vector<FlatObject::Pointer> subgraphs;
  for (const Subgraph& s : subgraphs_) {
    auto table = FlatObject::NewTable();
    table->Set(field::SubGraph::kTensors, FlatObject::NewVectorOf(s.tensors));
    table->Set(field::SubGraph::kInputs, FlatObject::NewVector(s.inputs));
    table->Set(field::SubGraph::kOutputs, FlatObject::NewVector(s.outputs));
    table->Set(field::SubGraph::kOperators, FlatObject::NewVectorOf(s.operators));
    subgraphs.push_back(table);
  }
  auto root = FlatObject::NewTable();
  root->Set(field::Model::kVersion, version_);
  root->Set(field::Model::kOperatorCodes, FlatObject::NewVectorOf(codes_));
  root->Set(field::Model::kSubgraphs, FlatObject::NewVectorOf(subgraphs));
  root->Set(field::Model::kBuffers, FlatObject::NewVectorOf(buffers_));
  if (!metadata_.empty()) root->Set(field::Model::kMetadata, FlatObject::NewVectorOf(metadata_));
  return ModelBytes(root->Finish("TFL3"));
}

}  // namespace millrace::micro::testing
