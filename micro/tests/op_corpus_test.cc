// Every op and type against the outputs that TensorFlow Lite Micro (or, where it has no such
// kernel, TensorFlow Lite's reference kernels) gave: integers equal, floats within 1e-5 + 1e-5.
#include "micro/tests/op_corpus.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstdlib>
#include <cstring>
#include <random>
#include <set>

#include "micro/core/interpreter.h"
#include "micro/kernels/all_ops.h"
#include "micro/testing/model_builder.h"
#include "micro/tests/run_model_bytes.h"

namespace millrace::micro {
namespace {

using testing::ModelBytes;

bool SameFloat(float actual, float expected) {
  if (std::isnan(expected) || std::isinf(expected)) {
    return std::isnan(expected) ? std::isnan(actual) : actual == expected;
  }
  return std::abs(actual - expected) <= 1e-5f + 1e-5f * std::abs(expected);
}

bool SameComplex(std::complex<float> actual, std::complex<float> expected) {
  return std::abs(actual - expected) <= 1e-5f + 1e-5f * std::abs(expected);
}

// The first element that differs; -1 when none does.
int32_t FirstDifference(const TensorView& tensor, const std::vector<uint8_t>& expected) {
  const int32_t elements = tensor.elements();
  const auto* actual = tensor.data<uint8_t>();
  if (tensor.bytes() != expected.size()) return 0;
  for (int32_t i = 0; i < elements; ++i) {
    const size_t size = expected.size() / static_cast<size_t>(elements);
    const size_t at = static_cast<size_t>(i) * size;
    if (tensor.type() == TensorType::kFloat32) {
      float a, e;
      std::memcpy(&a, actual + at, size);
      std::memcpy(&e, expected.data() + at, size);
      if (!SameFloat(a, e)) return i;
    } else if (tensor.type() == TensorType::kComplex64) {
      std::complex<float> a, e;
      std::memcpy(&a, actual + at, size);
      std::memcpy(&e, expected.data() + at, size);
      if (!SameComplex(a, e)) return i;
    } else if (std::memcmp(actual + at, expected.data() + at, size) != 0) {
      return i;
    }
  }
  return -1;
}

Status RunSteps(MicroInterpreter& interpreter, const CorpusCase& c) {
  for (size_t s = 0; s < c.steps.size(); ++s) {
    const CorpusStep& step = c.steps[s];
    for (size_t i = 0; i < step.inputs.size(); ++i) {
      const TensorView input = interpreter.input(static_cast<int>(i));
      if (input.bytes() != step.inputs[i].size()) return Status::kInvalidArgument;
      if (input.bytes() > 0) std::memcpy(input.raw(), step.inputs[i].data(), input.bytes());
    }
    MR_TRY(interpreter.Invoke());
    for (size_t i = 0; i < step.outputs.size(); ++i) {
      const TensorView output = interpreter.output(static_cast<int>(i));
      EXPECT_EQ(FirstDifference(output, step.outputs[i]), -1) << c.name << ", step " << s;
    }
  }
  return Status::kOk;
}

void Check(const CorpusCase& c, const InterpreterOptions& options) {
  const OpResolver ops = AllOps();
  const ModelBytes model(c.model);
  size_t arena_bytes = 256 << 10;
  // The second time in just as much memory as the first said it needs.
  for (int round = 0; round < 2; ++round) {
    ModelBytes arena{std::vector<uint8_t>(arena_bytes)};
    MicroInterpreter interpreter(model.data(), model.size(), ops, arena.data(), arena.size(),
                                 options);
    Status status = interpreter.AllocateTensors();
    if (status == Status::kOk) status = RunSteps(interpreter, c);
    ASSERT_EQ(status, Status::kOk) << c.name << ": " << interpreter.error().reason;
    arena_bytes = interpreter.memory().total();
  }
}

const std::vector<CorpusCase>& Corpus() {
  static const auto* corpus = new std::vector<CorpusCase>(ReadOpCorpus());
  return *corpus;
}

TEST(OpCorpus, OutputsAreThePeers) {
  ASSERT_GT(Corpus().size(), 1000u) << "op_corpus.bin is missing or damaged";
  for (const CorpusCase& c : Corpus()) Check(c, {});
}

TEST(OpCorpus, WithTablesThatLast) {
  InterpreterOptions options;
  options.prefer_small_arena = false;
  for (const CorpusCase& c : Corpus()) Check(c, options);
}

TEST(OpCorpus, WithAllTensorsPreserved) {
  InterpreterOptions options;
  options.preserve_all_tensors = true;
  for (const CorpusCase& c : Corpus()) Check(c, options);
}

TEST(OpCorpus, HoldsMostOps) {
  std::set<BuiltinOp> covered;
  for (const CorpusCase& c : Corpus()) {
    const ModelBytes bytes(c.model);
    const fb::TableVector codes = ModelView(bytes.data()).operator_codes();
    for (int i = 0; i < codes.size(); ++i) covered.insert(OpOf(codes[i]));
  }
  const OpResolver ops = AllOps();
  int builtin = 0, missing = 0;
  for (int i = 0; i < ops.size(); ++i) {
    if (ops.op(i).code == BuiltinOp::kCustom) continue;
    ++builtin;
    missing += covered.count(ops.op(i).code) == 0 ? 1 : 0;
  }
  // make_op_corpus.py names them.
  EXPECT_LE(missing, builtin / 20);
}

// Damage aimed at what kernels read: dimensions, options, axes, indices, types.
void Damage(std::mt19937& random, ModelBytes* model) {
  static constexpr int32_t kTelling[] = {0,  1,   -1,  2,    3,     5,         8,         9,
                                         -2, 127, 255, 1024, 65535, INT32_MAX, INT32_MIN, 1 << 30};
  const int changes = 1 + static_cast<int>(random() % 3);
  for (int i = 0; i < changes; ++i) {
    const size_t at = random() % (model->size() - 4);
    uint8_t* word = model->data() + (at & ~size_t{3});
    switch (random() % 4) {
      case 0:
        std::memcpy(word, &kTelling[random() % 16], 4);
        break;
      case 1:
        std::memcpy(word, model->data() + (random() % (model->size() - 4) & ~size_t{3}), 4);
        break;
      case 2:
        model->data()[at] = static_cast<uint8_t>(random());
        break;
      default:
        model->data()[at] = static_cast<uint8_t>(model->data()[at] + random() % 7 - 3);
    }
  }
}

// MILLRACE_FUZZ_ROUNDS=1000 for a longer hunt, best with a sanitizer.
TEST(OpCorpus, SurvivesDamage) {
  const char* asked = std::getenv("MILLRACE_FUZZ_ROUNDS");
  const int rounds = asked == nullptr ? 100 : std::atoi(asked);
  const char* seed = std::getenv("MILLRACE_FUZZ_SEED");
  std::mt19937 random(seed == nullptr ? 7 : static_cast<uint32_t>(std::atoi(seed)));
  int ran = 0, refused = 0;
  for (int round = 0; round < rounds; ++round) {
    for (const CorpusCase& c : Corpus()) {
      ModelBytes model(c.model);
      Damage(random, &model);
      ++(RunModelBytes(model.data(), model.size()) == Status::kOk ? ran : refused);
    }
  }
  EXPECT_GT(ran, rounds * 50);
  EXPECT_GT(refused, rounds * 50);
}

}  // namespace
}  // namespace millrace::micro
