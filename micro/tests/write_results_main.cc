// Writes to the folder it is given, of each seed model: NAME.tflite, inputs NAME.in (three cases)
// and what the host makes of them, NAME.out, the state cleared before each case.
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "micro/core/interpreter.h"
#include "micro/kernels/all_ops.h"
#include "micro/tests/seed_models.h"

namespace millrace::micro {
namespace {

bool WriteFile(const std::string& path, const uint8_t* bytes, size_t size) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const bool written = std::fwrite(bytes, 1, size, file) == size;
  return std::fclose(file) == 0 && written;
}

void Append(const TensorView& tensor, std::vector<uint8_t>* bytes) {
  const auto* data = tensor.data<uint8_t>();
  bytes->insert(bytes->end(), data, data + tensor.bytes());
}

bool WriteResults(const testing::ModelBytes& model, const std::string& path) {
  constexpr int kCases = 3;
  testing::ModelBytes arena(std::vector<uint8_t>(1 << 16));
  const OpResolver ops = AllOps();
  MicroInterpreter interpreter(model.data(), model.size(), ops, arena.data(), arena.size());
  if (interpreter.AllocateTensors() != Status::kOk) return false;
  std::vector<uint8_t> inputs, outputs;
  std::mt19937 random(1);
  for (int n = 0; n < kCases; ++n) {
    if (interpreter.Reset() != Status::kOk) return false;
    for (int i = 0; i < interpreter.num_inputs(); ++i) {
      const TensorView input = interpreter.input(i);
      for (size_t b = 0; b < input.bytes(); ++b) {
        input.data<uint8_t>()[b] = static_cast<uint8_t>(random() % 2);
      }
      Append(input, &inputs);
    }
    if (interpreter.Invoke() != Status::kOk) return false;
    for (int i = 0; i < interpreter.num_outputs(); ++i) Append(interpreter.output(i), &outputs);
  }
  return WriteFile(path + ".tflite", model.data(), model.size()) &&
         WriteFile(path + ".in", inputs.data(), inputs.size()) &&
         WriteFile(path + ".out", outputs.data(), outputs.size());
}

}  // namespace
}  // namespace millrace::micro

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int number = 0;
  for (const auto& model : millrace::micro::testing::SeedModels()) {
    const std::string path = std::string(argv[1]) + "/seed" + std::to_string(number++);
    if (!millrace::micro::WriteResults(model, path)) return 1;
  }
  return 0;
}
