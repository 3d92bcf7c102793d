#include "micro/tests/seed_models.h"

#include "micro/core/decompression.h"
#include "micro/core/op_options.h"
#include "micro/testing/compression_entry.h"

namespace millrace::micro::testing {
namespace {

// Two int8 layers, the first by unit, with an offline plan.
ModelBytes Quantized() {
  ModelBuilder model;
  const int x = model.Add(Input<int8_t>({1, 4}, {}, Quant(0.5f, 3)));
  const int w = model.Add(Constant<int8_t>({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, QuantBy(0, {1, 2})));
  const int b = model.Add(Constant<int32_t>({2}, {1, 2}, QuantBy(0, {0.5f, 1})));
  const int h = model.Add(Input<int8_t>({1, 2}, {}, Quant(1.5f, -1)));
  const int v = model.Add(Constant<int8_t>({1, 2}, {9, -9}, Quant(0.25f)));
  const int y = model.Add(Input<int8_t>({1, 1}, {}, Quant(2.0f)));
  model.AddOp(BuiltinOp::kFullyConnected, {x, w, b}, {h},
              Options().Set(FullyConnectedOptions::kFusedActivationFunction, Activation::kRelu6));
  model.AddOp(BuiltinOp::kFullyConnected, {h, v, -1}, {y});
  model.SetInputs({x}).SetOutputs({y});
  model.AddMetadata("OfflineMemoryAllocation",
                    BytesOfValues(std::vector<int32_t>{1, 0, 6, 0, -1, -1, 16, -1, -1}));
  return model.Build();
}

// A branch, a variable by name with its initialiser.
ModelBytes Subgraphs() {
  ModelBuilder model;
  const TestTensor handle{TensorType::kResource, {1}};
  const Options name =
      Options().Set(VarHandleOptions::kContainer, "c").Set(VarHandleOptions::kSharedName, "v");
  const int go = model.Add(Input<bool>({1}));
  const int v = model.Add(handle);
  const int old = model.Add(Input<float>({1, 2}));
  const int next = model.Add(Input<float>({1, 2}));
  model.AddOp(BuiltinOp::kCallOnce, {}, {}, Options().Set(CallOnceOptions::kInitSubgraphIndex, 2));
  model.AddOp(BuiltinOp::kVarHandle, {}, {v}, name);
  model.AddOp(BuiltinOp::kReadVariable, {v}, {old});
  model.AddOp(
      BuiltinOp::kIf, {go, old}, {next},
      Options().Set(IfOptions::kThenSubgraphIndex, 1).Set(IfOptions::kElseSubgraphIndex, 1));
  model.AddOp(BuiltinOp::kAssignVariable, {v, next}, {});
  model.SetInputs({go}).SetOutputs({old});
  model.BeginSubgraph();
  const int x = model.Add(Input<float>({1, 2}));
  const int w = model.Add(Constant<float>({2, 2}, {1, 2, 3, 4}));
  const int y = model.Add(Input<float>({1, 2}));
  model.AddOp(BuiltinOp::kFullyConnected, {x, w}, {y}).SetInputs({x}).SetOutputs({y});
  model.BeginSubgraph();
  const int same = model.Add(handle);
  const int value = model.Add(Constant<float>({1, 2}, {5, 6}));
  model.AddOp(BuiltinOp::kVarHandle, {}, {same}, name);
  model.AddOp(BuiltinOp::kAssignVariable, {same, value}, {});
  return model.Build();
}

TestTensor Indices(TestTensor tensor, const std::vector<int>& indices, int bits) {
  tensor.data = PackIndices(indices, bits);
  return tensor;
}

// Two int8 layers, weights and a bias of which are indices into tables: by unit, or one for all.
ModelBytes Compressed() {
  ModelBuilder model;
  const int x = model.Add(Input<int8_t>({1, 4}, {}, Quant(0.5f, 3)));
  const int w = model.Add(
      Indices(Constant<int8_t>({2, 4}, {}, QuantBy(0, {0.5f, 1})), {0, 1, 2, 2, 1, 1, 0, 2}, 3));
  const int b =
      model.Add(Indices(Constant<int32_t>({2}, {}, QuantBy(0, {0.25f, 0.5f})), {0, 0}, 1));
  const int h = model.Add(Input<int8_t>({1, 2}, {}, Quant(1.5f, -1)));
  const int v =
      model.Add(Indices(Constant<int8_t>({3, 2}, {}, Quant(0.25f)), {0, 1, 1, 0, 3, 2}, 2));
  const int y = model.Add(Input<int8_t>({1, 3}, {}, Quant(2.0f)));
  model.AddOp(BuiltinOp::kFullyConnected, {x, w, b}, {h});
  model.AddOp(BuiltinOp::kFullyConnected, {h, v, -1}, {y});
  model.SetInputs({x}).SetOutputs({y});
  const uint32_t rows = model.AddBuffer({1, 2, 3, 253, 254, 255});
  const uint32_t biases = model.AddBuffer(BytesOfValues<int32_t>({40, -70}));
  const uint32_t values = model.AddBuffer({100, 50, 20, 200});
  model.AddMetadata(kCompressionEntry,
                    CompressionEntry({{{w, rows, 3}, {b, biases, 1}, {v, values, 2}}}, 1));
  return model.Build();
}

}  // namespace

std::vector<ModelBytes> SeedModels() { return {Quantized(), Subgraphs(), Compressed()}; }

}  // namespace millrace::micro::testing
