// Writes the seed models to the folder it is given, one file each.
#include <cstdio>
#include <string>

#include "micro/tests/seed_models.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int number = 0;
  for (const auto& model : millrace::micro::testing::SeedModels()) {
    const std::string path = std::string(argv[1]) + "/seed" + std::to_string(number++) + ".tflite";
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return 1;
    std::fwrite(model.data(), 1, model.size(), file);
    std::fclose(file);
  }
  return 0;
}
