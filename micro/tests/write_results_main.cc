// write_results MODEL INPUTS OUTPUTS: writes three cases of inputs by chance and what the host
// makes of them, the state cleared before each case.
#include <cstdio>
#include <random>
#include <vector>

#include "micro/core/interpreter.h"
#include "micro/kernels/all_ops.h"

namespace millrace::micro {
namespace {

constexpr int kCases = 3;
constexpr size_t kArenaBytes = 1 << 20;

// Of 16-byte units, so that its begin is aligned.
struct alignas(16) Unit {
  uint8_t bytes[16];
};
using Memory = std::vector<Unit>;

bool ReadFile(const char* path, Memory* memory, size_t* size) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) return false;
  *size = 0;
  do {
    memory->resize(memory->size() + 4096);
    *size += std::fread(memory->data()->bytes + *size, 1, memory->size() * 16 - *size, file);
  } while (*size == memory->size() * 16);
  const bool read = std::ferror(file) == 0;
  std::fclose(file);
  return read;
}

bool WriteFile(const char* path, const std::vector<uint8_t>& bytes) {
  std::FILE* file = std::fopen(path, "wb");
  if (file == nullptr) return false;
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  return std::fclose(file) == 0 && written;
}

void Fill(const TensorView& input, std::mt19937* random) {
  if (input.type() == TensorType::kFloat32) {
    for (size_t i = 0; i < input.elements(); ++i) {
      input.data<float>()[i] = static_cast<float>((*random)()) / 2147483648.0f - 1.0f;
    }
    return;
  }
  const unsigned values = input.type() == TensorType::kBool ? 2 : 256;
  for (size_t b = 0; b < input.bytes(); ++b) {
    input.data<uint8_t>()[b] = static_cast<uint8_t>((*random)() % values);
  }
}

void Append(const TensorView& tensor, std::vector<uint8_t>* bytes) {
  const auto* data = tensor.data<uint8_t>();
  bytes->insert(bytes->end(), data, data + tensor.bytes());
}

// A word on what went wrong, or nullptr.
const char* Run(const char* model_path, const char* inputs_path, const char* outputs_path) {
  Memory model, arena(kArenaBytes / sizeof(Unit));
  size_t size;
  if (!ReadFile(model_path, &model, &size)) return "the model cannot be read";
  const OpResolver ops = AllOps();
  MicroInterpreter interpreter(model.data()->bytes, size, ops, arena.data()->bytes, kArenaBytes);
  if (interpreter.AllocateTensors() != Status::kOk) return interpreter.error().reason;
  std::vector<uint8_t> inputs, outputs;
  std::mt19937 random(1);
  for (int n = 0; n < kCases; ++n) {
    if (interpreter.Reset() != Status::kOk) return interpreter.error().reason;
    for (int i = 0; i < interpreter.num_inputs(); ++i) {
      Fill(interpreter.input(i), &random);
      Append(interpreter.input(i), &inputs);
    }
    if (interpreter.Invoke() != Status::kOk) return interpreter.error().reason;
    for (int i = 0; i < interpreter.num_outputs(); ++i) Append(interpreter.output(i), &outputs);
  }
  const bool written = WriteFile(inputs_path, inputs) && WriteFile(outputs_path, outputs);
  return written ? nullptr : "the files cannot be written";
}

}  // namespace
}  // namespace millrace::micro

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const char* problem = millrace::micro::Run(argv[1], argv[2], argv[3]);
  if (problem != nullptr) std::fprintf(stderr, "%s: %s\n", argv[1], problem);
  return problem == nullptr ? 0 : 1;
}
