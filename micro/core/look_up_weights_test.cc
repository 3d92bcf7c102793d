#include "micro/core/look_up_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "micro/core/op_options.h"
#include "micro/core/verifier.h"
#include "micro/kernels/control_flow.h"
#include "micro/kernels/fully_connected.h"
#include "micro/testing/compression_entry.h"
#include "micro/testing/model_runner.h"

namespace millrace::micro {
namespace {

using testing::BytesOfValues;
using testing::CompressionEntry;
using testing::Constant;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Input;
using testing::LookUpTensor;
using testing::ModelBuilder;
using testing::ModelBytes;
using testing::ModelRunner;
using testing::Options;
using testing::PackIndices;
using testing::Quant;
using testing::QuantBy;
using testing::Quantization;
using testing::TestTensor;
using testing::Variable;

const OpRegistration* const kOps[] = {&kFullyConnectedOp, &kIfOp};
const OpResolver kResolver(kOps, 2, &kLookUpWeights);

template <typename T>
TestTensor Indices(std::vector<int32_t> shape, const std::vector<int>& indices, int bits,
                   Quantization quantization = {}) {
  TestTensor tensor = Constant<T>(std::move(shape), {}, std::move(quantization));
  tensor.data = PackIndices(indices, bits);
  return tensor;
}

// y = x w, w = 1 2 4 | 4 1 2 by one table, x of 3 elements.
struct Small {
  ModelBuilder model;
  Quantization scales;
  std::vector<int> indices = {0, 1, 2, 2, 0, 1};
  std::vector<float> values = {1, 2, 4};
  uint8_t bits = 2;
  uint32_t version = 0;
  int32_t more_subgraphs = 0;
  std::vector<LookUpTensor> more;
  TestTensor weights;
  int x = -1, w = -1, y = -1;

  Small() { weights = Indices<float>({2, 3}, indices, bits); }

  const ModelBuilder& Make() {
    x = model.Add(Input<float>({1, 3}));
    w = model.Add(weights);
    y = model.Add(Input<float>({1, 2}));
    model.AddOp(BuiltinOp::kFullyConnected, {x, w}, {y}).SetInputs({x}).SetOutputs({y});
    std::vector<std::vector<LookUpTensor>> subgraphs = {
        {{w, model.AddBuffer(BytesOfValues(values)), bits}}};
    subgraphs[0].insert(subgraphs[0].end(), more.begin(), more.end());
    subgraphs.resize(1 + static_cast<size_t>(more_subgraphs));
    return model.AddMetadata(kCompressionEntry, CompressionEntry(subgraphs, version));
  }
};

TEST(LookUpWeights, AreValuesWhenTheOpRuns) {
  Small small;
  ModelRunner runner(small.Make(), kResolver, 4096, {});
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  for (int i = 0; i < 2; ++i) {
    runner.Set<float>(0, {1, 10, 100});
    ASSERT_EQ(runner.Invoke(), Status::kOk) << runner.Reason();
    EXPECT_THAT(runner.Output<float>(0), ElementsAre(421, 214));
  }
}

TEST(LookUpWeights, TheVersionWrittenOut) {
  Small small;
  small.version = 1;
  ModelRunner runner(small.Make(), kResolver, 4096, {});
  EXPECT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
}

// Tables by row; the bias, of one dimension, has the filter's quantised dimension and its scales.
TEST(LookUpWeights, OneTableAScale) {
  ModelBuilder model;
  const int x = model.Add(Input<int8_t>({1, 3}, {}, Quant(1)));
  const int w = model.Add(Indices<int8_t>({2, 3}, {0, 1, 1, 1, 0, 1}, 1, QuantBy(0, {1, 2})));
  const int b = model.Add(Indices<int32_t>({2}, {0, 0}, 7, QuantBy(3, {1, 2})));
  const int y = model.Add(Input<int8_t>({1, 2}, {}, Quant(1)));
  model.AddOp(BuiltinOp::kFullyConnected, {x, w, b}, {y}).SetInputs({x}).SetOutputs({y});
  const uint32_t rows = model.AddBuffer(BytesOfValues<int8_t>({1, -1, 2, 3}));
  const uint32_t biases = model.AddBuffer(BytesOfValues<int32_t>({5, -7}));
  model.AddMetadata(kCompressionEntry, CompressionEntry({{{b, biases, 7}, {w, rows, 1}}}));
  ModelRunner runner(model, kResolver, 4096, {});
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  runner.Set<int8_t>(0, {1, 2, 3});
  ASSERT_EQ(runner.Invoke(), Status::kOk) << runner.Reason();
  // 1 - 2 - 3 + 5 and 2 (3 + 4 + 9 - 7).
  EXPECT_THAT(runner.Output<int8_t>(0), ElementsAre(1, 18));
}

// The same weights in both branches and outside; between their uses other tensors live.
TEST(LookUpWeights, InSubgraphsAndSeveralOps) {
  ModelBuilder model;
  const auto square = Indices<float>({2, 2}, {1, 0, 0, 1}, 3);
  const uint32_t values = model.AddBuffer(BytesOfValues<float>({0, 2, 9}));
  const int go = model.Add(Input<bool>({1}));
  const int x = model.Add(Input<float>({1, 2}));
  const int w = model.Add(square);
  const int h = model.Add(Input<float>({1, 2}));
  const int k = model.Add(Input<float>({1, 2}));
  const int y = model.Add(Input<float>({1, 2}));
  model.AddOp(BuiltinOp::kFullyConnected, {x, w}, {h});
  model.AddOp(
      BuiltinOp::kIf, {go, h}, {k},
      Options().Set(IfOptions::kThenSubgraphIndex, 1).Set(IfOptions::kElseSubgraphIndex, 2));
  model.AddOp(BuiltinOp::kFullyConnected, {k, w}, {y});
  model.SetInputs({go, x}).SetOutputs({y});
  std::vector<std::vector<LookUpTensor>> entry = {{{w, values, 3}}};
  for (int branch = 0; branch < 2; ++branch) {
    model.BeginSubgraph();
    const int a = model.Add(Input<float>({1, 2}));
    const int v = model.Add(Indices<float>({2, 2}, {branch, 1, 1, branch}, 3));
    const int b = model.Add(Input<float>({1, 2}));
    const int c = model.Add(Input<float>({1, 2}));
    model.AddOp(BuiltinOp::kFullyConnected, {a, v}, {b});
    model.AddOp(BuiltinOp::kFullyConnected, {b, v}, {c}).SetInputs({a}).SetOutputs({c});
    entry.push_back({{v, values, 3}});
  }
  model.AddMetadata(kCompressionEntry, CompressionEntry(entry));
  ModelRunner runner(model, kResolver, 4096, {});
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  // Doubled; swapped and doubled twice, or summed and doubled twice, the last factor twice again.
  runner.Set<bool>(0, {true}).Set<float>(1, {1, 3});
  ASSERT_EQ(runner.Invoke(), Status::kOk) << runner.Reason();
  EXPECT_THAT(runner.Output<float>(0), ElementsAre(16, 48));
  runner.Set<bool>(0, {false}).Set<float>(1, {1, 3});
  ASSERT_EQ(runner.Invoke(), Status::kOk) << runner.Reason();
  EXPECT_THAT(runner.Output<float>(0), ElementsAre(128, 128));
}

TEST(LookUpWeights, InEachExampleOfABatch) {
  Small small;
  ModelRunner runner(small.Make(), kResolver, 4096, {});
  ASSERT_EQ(runner.interpreter().ResizeInputBatch(2), Status::kOk);
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  runner.Set<float>(0, {1, 0, 0, 0, 0, 1});
  ASSERT_EQ(runner.Invoke(), Status::kOk) << runner.Reason();
  EXPECT_THAT(runner.Output<float>(0), ElementsAre(1, 4, 4, 2));
}

TEST(LookUpWeights, StayWhenAllTensorsDo) {
  Small small;
  InterpreterOptions options;
  options.preserve_all_tensors = true;
  ModelRunner runner(small.Make(), kResolver, 4096, options);
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  runner.Set<float>(0, {0, 0, 0});
  ASSERT_EQ(runner.Invoke(), Status::kOk) << runner.Reason();
  const float* w = runner.interpreter().tensor(0, small.w).data<float>();
  EXPECT_THAT(std::vector<float>(w, w + 6), ElementsAre(1, 2, 4, 4, 1, 2));
}

void ExpectRefused(Small& small, Status status, const char* reason, int tensor) {
  ModelRunner runner(small.Make(), kResolver, 4096, {});
  EXPECT_EQ(runner.Allocate(), status);
  EXPECT_THAT(runner.Reason(), HasSubstr(reason));
  EXPECT_EQ(runner.interpreter().error().tensor_index, tensor);
}

TEST(LookUpWeights, AreRefusedWithoutDecompression) {
  Small small;
  ModelRunner runner(small.Make(), kOps);
  EXPECT_EQ(runner.Allocate(), Status::kUnsupported);
  EXPECT_THAT(runner.Reason(), HasSubstr("the weights are compressed"));
}

TEST(LookUpWeights, AnIndexOutsideOfItsTable) {
  Small small;
  small.values.pop_back();
  ModelRunner runner(small.Make(), kResolver, 4096, {});
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  EXPECT_EQ(runner.Invoke(), Status::kInvokeFailed);
  EXPECT_THAT(runner.Reason(), HasSubstr("outside of its table"));
  EXPECT_EQ(runner.interpreter().error().tensor_index, small.w);
  EXPECT_EQ(runner.interpreter().error().op_index, 0);
}

TEST(LookUpWeights, EntriesThatDoNotFit) {
  Small newer;
  newer.version = 2;
  ExpectRefused(newer, Status::kUnsupportedSchema, "version", -1);
  Small subgraphs;
  subgraphs.more_subgraphs = 1;
  ExpectRefused(subgraphs, Status::kInvalidModel, "more subgraphs", -1);
  for (const int bits : {0, 8}) {
    Small wide;
    wide.bits = static_cast<uint8_t>(bits);
    ExpectRefused(wide, Status::kInvalidModel, "1 to 7 bits", 1);
  }
  Small twice;
  twice.more = {{1, 1, 2}};
  ExpectRefused(twice, Status::kInvalidModel, "listed twice", -1);
  for (const int32_t tensor : {-1, 3}) {
    Small none;
    none.more = {{tensor, 1, 2}};
    ExpectRefused(none, Status::kInvalidModel, "no tensor", -1);
  }
  Small many;
  many.more = {{0, 1, 2}, {2, 1, 2}, {2, 1, 2}};
  ExpectRefused(many, Status::kInvalidModel, "too many", -1);
  Small computed;
  computed.more = {{0, 1, 2}};
  ExpectRefused(computed, Status::kInvalidModel, "fewer indices", 0);
}

TEST(LookUpWeights, AnEmptyEntry) {
  ModelBuilder model;
  model.AddMetadata(kCompressionEntry, {});
  ModelRunner runner(model, kResolver, 4096, {});
  EXPECT_EQ(runner.Allocate(), Status::kInvalidModel);
  EXPECT_THAT(runner.Reason(), HasSubstr("out of bounds"));
}

TEST(LookUpWeights, TensorsThatDoNotFit) {
  Small few;
  few.weights.data.pop_back();
  ExpectRefused(few, Status::kInvalidModel, "fewer indices", 1);
  Small empty;
  empty.weights.shape = {0, 3};
  ExpectRefused(empty, Status::kInvalidModel, "empty", 1);
  Small variable;
  variable.weights.is_variable = true;
  ExpectRefused(variable, Status::kInvalidModel, "variable", 1);
  Small narrow;
  narrow.weights.type = TensorType::kInt4;
  ExpectRefused(narrow, Status::kUnsupportedType, "whole bytes", 1);
  Small no_values;
  no_values.values = {};
  ExpectRefused(no_values, Status::kInvalidModel, "tables are empty", 1);
  Small axis;
  axis.weights.quantization = QuantBy(2, {1, 2});
  ExpectRefused(axis, Status::kInvalidQuantization, "for each scale", 1);
  Small scales;
  scales.weights.quantization = QuantBy(0, {1, 2, 3});
  ExpectRefused(scales, Status::kInvalidQuantization, "for each scale", 1);
  Small tables;  // one value for two rows
  tables.weights.quantization = QuantBy(0, {1, 2});
  tables.values = {1};
  ExpectRefused(tables, Status::kInvalidModel, "tables are empty", 1);
}

TEST(LookUpWeights, OtherConstantsMustHoldTheirShape) {
  Small small;
  small.model.Add(Constant<float>({4}, {1}));
  ExpectRefused(small, Status::kInvalidModel, "fewer bytes", 0);
}

TEST(LookUpWeights, ABufferThatIsNone) {
  Small small;
  small.Make();
  ModelBuilder model;
  const int x = model.Add(Input<float>({1, 3}));
  const int w = model.Add(small.weights);
  const int y = model.Add(Input<float>({1, 2}));
  model.AddOp(BuiltinOp::kFullyConnected, {x, w}, {y}).SetInputs({x}).SetOutputs({y});
  model.AddMetadata(kCompressionEntry, CompressionEntry({{{w, 99, 2}}}));
  ModelRunner runner(model, kResolver, 4096, {});
  EXPECT_EQ(runner.Allocate(), Status::kInvalidModel);
  EXPECT_THAT(runner.Reason(), HasSubstr("no buffer"));
}

TEST(LookUpWeights, AsAnOutput) {
  Small small;
  small.Make();
  small.model.SetOutputs({small.y, small.w});
  ModelRunner runner(small.model, kResolver, 4096, {});
  EXPECT_EQ(runner.Allocate(), Status::kUnsupported);
  EXPECT_THAT(runner.Reason(), HasSubstr("an output of the subgraph is compressed"));
  EXPECT_EQ(runner.interpreter().error().tensor_index, small.w);
}

// An entry cut short or damaged is refused, or says something else that is sound.
TEST(LookUpWeights, SurviveDamage) {
  const std::vector<uint8_t> sound = CompressionEntry({{{1, 1, 2}}}, 1);
  std::mt19937 random(5);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<uint8_t> entry = sound;
    if (round % 3 == 0) entry.resize(random() % sound.size());
    if (entry.empty()) continue;
    for (int i = 0; i < 2; ++i) entry[random() % entry.size()] = static_cast<uint8_t>(random() % 9);
    ModelBuilder model;
    const int x = model.Add(Input<float>({1, 3}));
    const int w = model.Add(Small().weights);
    const int y = model.Add(Input<float>({1, 2}));
    model.AddOp(BuiltinOp::kFullyConnected, {x, w}, {y}).SetInputs({x}).SetOutputs({y});
    model.AddMetadata(kCompressionEntry, entry);
    const ModelBytes bytes = model.Build();
    Error error;
    const Status status = VerifyModel(bytes.data(), bytes.size(), &error, &kLookUpWeights);
    EXPECT_EQ(status, error.status);
    if (status != Status::kOk) ++refused;
  }
  EXPECT_GT(refused, 1500);
}

}  // namespace
}  // namespace millrace::micro
