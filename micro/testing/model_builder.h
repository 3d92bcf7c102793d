// ModelBuilder: makes .tflite models in tests. On the host only.
//
//   ModelBuilder model;
//   const int x = model.Add(Input<float>({1, 4}));
//   const int y = model.Add(Input<float>({1, 4}));
//   model.AddOp(BuiltinOp::kAbs, {x}, {y}).SetInputs({x}).SetOutputs({y});
//   const ModelBytes bytes = model.Build();
#ifndef MILLRACE_MICRO_TESTING_MODEL_BUILDER_H_
#define MILLRACE_MICRO_TESTING_MODEL_BUILDER_H_

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "micro/core/schema.h"
#include "micro/testing/flatbuffer_writer.h"

namespace millrace::micro::testing {

struct Quantization {
  std::vector<float> scales;
  std::vector<int64_t> zero_points;
  int dimension = 0;
};
// One scale for the whole tensor.
inline Quantization Quant(float scale, int zero_point = 0) { return {{scale}, {zero_point}, 0}; }
// One scale for each index along `dimension`, zero points 0.
inline Quantization QuantBy(int dimension, std::vector<float> scales) {
  std::vector<int64_t> zeros(scales.size(), 0);
  return {std::move(scales), std::move(zeros), dimension};
}

struct TestTensor {
  TensorType type = TensorType::kFloat32;
  std::vector<int32_t> shape;
  Quantization quantization = {};
  std::vector<uint8_t> data = {};
  bool is_constant = false;  // data is in the model; otherwise it is what a test feeds
  bool is_variable = false;
  std::string name = "";
};

template <typename T>
constexpr TensorType TypeOf() {
  if (std::is_same_v<T, float>) return TensorType::kFloat32;
  if (std::is_same_v<T, int8_t>) return TensorType::kInt8;
  if (std::is_same_v<T, uint8_t>) return TensorType::kUInt8;
  if (std::is_same_v<T, int16_t>) return TensorType::kInt16;
  if (std::is_same_v<T, uint16_t>) return TensorType::kUInt16;
  if (std::is_same_v<T, int32_t>) return TensorType::kInt32;
  if (std::is_same_v<T, uint32_t>) return TensorType::kUInt32;
  if (std::is_same_v<T, int64_t>) return TensorType::kInt64;
  if (std::is_same_v<T, bool>) return TensorType::kBool;
  return TensorType::kFloat64;
}

template <typename T>
std::vector<uint8_t> BytesOfValues(const std::vector<T>& values) {
  std::vector<uint8_t> bytes;
  for (const T value : values) {
    const auto* p = reinterpret_cast<const uint8_t*>(&value);
    bytes.insert(bytes.end(), p, p + sizeof(T));
  }
  return bytes;
}

// A tensor that is computed or fed; with values, what a test feeds.
template <typename T>
TestTensor Input(std::vector<int32_t> shape, const std::vector<T>& values = {},
                 Quantization quantization = {}) {
  return {TypeOf<T>(), std::move(shape), std::move(quantization), BytesOfValues(values)};
}
template <typename T>
TestTensor Constant(std::vector<int32_t> shape, const std::vector<T>& values,
                    Quantization quantization = {}) {
  TestTensor tensor = Input<T>(std::move(shape), values, std::move(quantization));
  tensor.is_constant = true;
  return tensor;
}
// int4 values, packed two a byte, the first in the low half.
TestTensor ConstantInt4(std::vector<int32_t> shape, const std::vector<int8_t>& values,
                        Quantization quantization = {});
template <typename T>
TestTensor Variable(std::vector<int32_t> shape, Quantization quantization = {}) {
  TestTensor tensor = Input<T>(std::move(shape), {}, std::move(quantization));
  tensor.is_variable = true;
  return tensor;
}

// An options table: Options().Set(Pool2DOptions::kStrideW, int32_t{2}).
// Field types: see the schema; enumerations and bool are int8_t (uint8_t).
class Options {
 public:
  template <typename T>
  Options& Set(int field, T value) {
    if (table_ == nullptr) table_ = FlatObject::NewTable();
    table_->Set(field, value);
    return *this;
  }
  Options& Set(int field, bool value) { return Set(field, static_cast<uint8_t>(value)); }
  Options& Set(int field, Activation value) { return Set(field, static_cast<int8_t>(value)); }
  Options& Set(int field, Padding value) { return Set(field, static_cast<int8_t>(value)); }
  Options& Set(int field, TensorType value) { return Set(field, static_cast<int8_t>(value)); }
  Options& Set(int field, const std::vector<int32_t>& values) {
    return Set(field, FlatObject::NewVector(values));
  }
  Options& Set(int field, const char* text) { return Set(field, FlatObject::NewString(text)); }
  const FlatObject::Pointer& table() const { return table_; }

 private:
  FlatObject::Pointer table_;
};

// Bytes at an address aligned as the interpreter asks.
class ModelBytes {
 public:
  explicit ModelBytes(const std::vector<uint8_t>& bytes);
  const uint8_t* data() const { return reinterpret_cast<const uint8_t*>(words_.data()); }
  uint8_t* data() { return reinterpret_cast<uint8_t*>(words_.data()); }
  size_t size() const { return size_; }

 private:
  struct alignas(16) Word {
    uint8_t bytes[16];
  };
  std::vector<Word> words_;
  size_t size_;
};

// Functions that add act on the subgraph begun last.
class ModelBuilder {
 public:
  ModelBuilder() { BeginSubgraph(); }

  // The first subgraph is there already. Returns its number.
  int BeginSubgraph();
  int Add(const TestTensor& tensor);  // returns its index
  ModelBuilder& AddOp(BuiltinOp op, std::vector<int32_t> inputs, std::vector<int32_t> outputs,
                      const Options& options = {}, std::vector<int32_t> intermediates = {});
  ModelBuilder& AddCustomOp(const std::string& name, std::vector<int32_t> inputs,
                            std::vector<int32_t> outputs, std::vector<uint8_t> options = {});
  ModelBuilder& SetInputs(std::vector<int32_t> tensors);
  ModelBuilder& SetOutputs(std::vector<int32_t> tensors);
  ModelBuilder& AddMetadata(const std::string& name, const std::vector<uint8_t>& bytes);
  uint32_t AddBuffer(const std::vector<uint8_t>& data);  // returns its index
  ModelBuilder& SetVersion(uint32_t schema_version);
  ModelBuilder& SetOpVersion(int version);  // of ops added from now on

  ModelBytes Build() const;

 private:
  struct Subgraph {
    std::vector<FlatObject::Pointer> tensors;
    std::vector<FlatObject::Pointer> operators;
    std::vector<int32_t> inputs;
    std::vector<int32_t> outputs;
  };
  uint32_t CodeOf(BuiltinOp op, const std::string& custom_name);

  uint32_t version_ = 3;
  int op_version_ = 1;
  std::vector<Subgraph> subgraphs_;
  std::vector<FlatObject::Pointer> buffers_ = {FlatObject::NewTable()};  // buffer 0 is empty
  std::vector<FlatObject::Pointer> codes_;
  std::vector<std::string> code_keys_;
  std::vector<FlatObject::Pointer> metadata_;
};

}  // namespace millrace::micro::testing

#endif  // MILLRACE_MICRO_TESTING_MODEL_BUILDER_H_
