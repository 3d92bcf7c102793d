// Loads the SavedModel that examples/fashion_mnist/train.py exports and classifies ten test images.
//
//   classify EXPORT_DIR [FOLDER_OF_FASHION_MNIST]
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "examples/serve_cc/idx_file.h"
#include "millrace/serving.h"

namespace {

using millrace::Shape;
using millrace::Tensor;

constexpr int kSide = 28, kPixels = kSide * kSide, kImages = 10;
constexpr const char* kClasses[] = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                    "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

// Two rows of pixels a line, by half blocks in shades of grey.
void Draw(const uint8_t* pixels) {
  for (int row = 0; row < kSide; row += 2) {
    for (int column = 0; column < kSide; ++column) {
      const int upper = 232 + pixels[row * kSide + column] * 23 / 255;
      const int lower = 232 + pixels[(row + 1) * kSide + column] * 23 / 255;
      std::printf("\x1b[38;5;%d;48;5;%dm\u2580", upper, lower);
    }
    std::printf("\x1b[0m\n");
  }
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "classify: %s\n", status.ToString().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') {
    std::fprintf(stderr, "usage: classify EXPORT_DIR [FOLDER_OF_FASHION_MNIST]\n");
    return 2;
  }
  const std::string data = argc > 2 ? argv[2] : "/usr/share/datasets/fashion-mnist";
  auto images = examples::ReadIdxGz(data + "/t10k-images-idx3-ubyte.gz", kImages * kPixels);
  auto labels = examples::ReadIdxGz(data + "/t10k-labels-idx1-ubyte.gz", kImages);
  if (!images.ok()) return Fail(images.status());
  if (!labels.ok()) return Fail(labels.status());

  auto model = millrace::serving::LoadSavedModel(argv[1], {"serve"});
  if (!model.ok()) return Fail(model.status());
  std::vector<float> pixels(images->size());
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = (*images)[i] / 255.0f;
  auto answer = (*model)->Run("serving_default",
                              {{"image", Tensor::Of<float>(Shape{kImages, kPixels}, pixels)}});
  if (!answer.ok()) return Fail(answer.status());

  const Tensor& probabilities = (*answer)["probabilities"];
  int right = 0;
  for (int i = 0; i < kImages; ++i) {
    const float* row = probabilities.data<float>() + i * 10;
    const int predicted = static_cast<int>(std::max_element(row, row + 10) - row);
    right += predicted == (*labels)[i];
    Draw(images->data() + i * kPixels);
    std::printf("label %-12s prediction %-12s (%.1f %%)\n\n", kClasses[(*labels)[i] % 10],
                kClasses[predicted], 100 * row[predicted]);
  }
  std::printf("%d of %d right\n", right, kImages);
  return 0;
}
