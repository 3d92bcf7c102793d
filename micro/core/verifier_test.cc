#include "micro/core/verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "micro/testing/model_builder.h"

namespace millrace::micro {
namespace {

using testing::Constant;
using ::testing::HasSubstr;
using testing::Input;
using testing::ModelBuilder;
using testing::ModelBytes;
using testing::Quant;
using testing::TestTensor;
using testing::Variable;

struct Graph {
  ModelBuilder model;
  int in = model.Add(Input<float>({2, 3}));
  int weights = model.Add(Constant<float>({1, 3}, {1, 2, 3}));
  int out = model.Add(Input<float>({2, 1}));

  ModelBytes Build() {
    model.AddOp(BuiltinOp::kFullyConnected, {in, weights}, {out});
    return model.SetInputs({in}).SetOutputs({out}).Build();
  }
};

Status Verify(const ModelBytes& model, Error* error) {
  return VerifyModel(model.data(), model.size(), error);
}

void ExpectRefused(const ModelBytes& model, Status status, const char* reason) {
  Error error;
  EXPECT_EQ(Verify(model, &error), status);
  EXPECT_EQ(error.status, status);
  ASSERT_NE(error.reason, nullptr);
  EXPECT_THAT(error.reason, HasSubstr(reason));
}

TEST(VerifyModel, AcceptsASoundModel) {
  Error error;
  EXPECT_EQ(Verify(Graph().Build(), &error), Status::kOk) << error.reason;
  EXPECT_EQ(error.status, Status::kOk);
}

TEST(VerifyModel, RefusesWhatIsNoModel) {
  ExpectRefused(ModelBytes({}), Status::kInvalidModel, "short");
  ExpectRefused(ModelBytes(std::vector<uint8_t>(64)), Status::kUnsupportedSchema, "TFL3");
  Graph graph;
  graph.model.SetVersion(2);
  ExpectRefused(graph.Build(), Status::kUnsupportedSchema, "version");
}

TEST(VerifyModel, RefusesAMisalignedAddress) {
  const ModelBytes model = Graph().Build();
  std::vector<uint8_t> shifted(model.size() + 16);
  uint8_t* at = shifted.data() + 1;
  std::memcpy(at, model.data(), model.size());
  Error error;
  EXPECT_EQ(VerifyModel(at, model.size(), &error), Status::kInvalidArgument);
}

TEST(VerifyModel, RefusesEveryTruncation) {
  const ModelBytes model = Graph().Build();
  for (size_t size = 0; size + 16 < model.size(); ++size) {
    // In memory of just that size, so that a sanitizer sees each byte too many.
    const ModelBytes cut(std::vector<uint8_t>(model.data(), model.data() + size));
    Error error;
    EXPECT_NE(Verify(cut, &error), Status::kOk) << size;
  }
}

TEST(VerifyModel, SurvivesDamage) {
  const ModelBytes model = Graph().Build();
  std::mt19937 random(3);
  for (int round = 0; round < 20000; ++round) {
    ModelBytes damaged = model;
    for (int i = 0; i < 3; ++i) {
      damaged.data()[random() % damaged.size()] = static_cast<uint8_t>(random());
    }
    Error error;
    const Status status = Verify(damaged, &error);
    EXPECT_EQ(status, error.status);
  }
}

TEST(VerifyModel, RefusesTensorsThatAreNone) {
  Graph graph;
  graph.out = 9;
  ExpectRefused(graph.Build(), Status::kInvalidModel, "no tensors");
  Graph optional;
  optional.weights = -1;  // an optional input may be missing
  Error error;
  EXPECT_EQ(Verify(optional.Build(), &error), Status::kOk);
  Graph missing;
  missing.out = -1;
  ExpectRefused(missing.Build(), Status::kInvalidModel, "no tensors");
}

TEST(VerifyModel, RefusesConstantsThatAreTooShort) {
  Graph graph;
  graph.weights = graph.model.Add(Constant<float>({1, 3}, {1, 2}));
  ExpectRefused(graph.Build(), Status::kInvalidModel, "fewer bytes");
}

TEST(VerifyModel, RefusesShapesThatAreNone) {
  Graph negative;
  negative.in = negative.model.Add(Input<float>({-1, 3}));
  ExpectRefused(negative.Build(), Status::kInvalidModel, "negative");
  Graph large;
  large.in = large.model.Add(Input<float>({1 << 20, 1 << 20}));
  ExpectRefused(large.Build(), Status::kInvalidModel, "large");
  Graph hidden;  // no elements, but dimensions whose product would overflow
  hidden.in = hidden.model.Add(Input<float>({1 << 20, 1 << 20, 0}));
  ExpectRefused(hidden.Build(), Status::kInvalidModel, "large");
  Graph deep;
  deep.in = deep.model.Add(Input<float>(std::vector<int32_t>(kMaxRank + 1, 1)));
  ExpectRefused(deep.Build(), Status::kInvalidModel, "dimensions");
}

TEST(VerifyModel, RefusesOpsThatWriteWhatIsNotTheirs) {
  Graph constant;
  constant.out = constant.model.Add(Constant<float>({1}, {0}));
  ExpectRefused(constant.Build(), Status::kInvalidModel, "constant");
  Graph variable;
  variable.out = variable.model.Add(Variable<float>({1}));
  ExpectRefused(variable.Build(), Status::kInvalidModel, "variable");
  Graph input;
  input.out = input.in;
  ExpectRefused(input.Build(), Status::kInvalidModel, "own input");
}

// Some converters give a bias of one dimension the filter's quantised dimension.
TEST(VerifyModel, AcceptsAQuantisedDimensionBeyondTheShape) {
  Graph graph;
  testing::Quantization odd = Quant(0.5f);
  odd.dimension = 3;
  graph.model.Add(Constant<int32_t>({1}, {1}, odd));
  Error error;
  EXPECT_EQ(Verify(graph.Build(), &error), Status::kOk) << error.reason;
}

}  // namespace
}  // namespace millrace::micro
