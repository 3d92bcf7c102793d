// Damaged models, the same ones in each run: quick, and part of every sanitizer build. The long
// hunt is fuzz.py.
#include "micro/tests/run_model_bytes.h"

#include <gtest/gtest.h>

#include <random>

#include "micro/tests/seed_models.h"

namespace millrace::micro {
namespace {

TEST(RunModelBytes, RunsTheSeeds) {
  for (const testing::ModelBytes& model : testing::SeedModels()) {
    EXPECT_EQ(RunModelBytes(model.data(), model.size()), Status::kOk);
  }
}

TEST(RunModelBytes, SurvivesDamage) {
  std::mt19937 random(11);
  int ran = 0, refused = 0;
  for (int round = 0; round < 600; ++round) {
    for (testing::ModelBytes model : testing::SeedModels()) {
      const int bytes = 1 + static_cast<int>(random() % 4);
      for (int i = 0; i < bytes; ++i) {
        uint8_t& byte = model.data()[random() % model.size()];
        byte = random() % 2 == 0 ? static_cast<uint8_t>(random())
                                 : static_cast<uint8_t>(byte + (random() % 9) - 4);
      }
      ++(RunModelBytes(model.data(), model.size()) == Status::kOk ? ran : refused);
    }
  }
  EXPECT_GT(ran, 100) << "damage that harms nothing";
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace millrace::micro
