#include "kernels/image/resampling.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"

namespace millrace {
namespace {

float Lanczos(float radius, float x) {
  constexpr float kPi = 3.14159265359f;
  if (x > radius) return 0;
  if (x <= 1e-3) return 1;
  return radius * std::sin(kPi * x) * std::sin(kPi * x / radius) / (kPi * kPi * x * x);
}

float Gaussian(float radius, float x) {
  const float deviation = radius / 3;
  return x >= radius ? 0.0f : static_cast<float>(std::exp(-x * x / (2.0 * deviation * deviation)));
}

float Box(float, float x) { return x < 0.5f ? 1.0f : x == 0.5f ? 0.5f : 0.0f; }

float Triangle(float, float x) { return x < 1 ? 1 - x : 0.0f; }

// Keys, Cubic convolution interpolation for digital image processing, 1981.
float KeysCubic(float, float x) {
  if (x >= 2) return 0;
  if (x >= 1) return ((-0.5f * x + 2.5f) * x - 4.0f) * x + 2.0f;
  return ((1.5f * x - 2.5f) * x) * x + 1.0f;
}

// Mitchell and Netravali, Reconstruction filters in computer graphics, 1988, with B = C = 1/3.
float MitchellCubic(float, float x) {
  if (x >= 2) return 0;
  if (x >= 1) return (((-7.0f / 18.0f) * x + 2.0f) * x - 10.0f / 3.0f) * x + 16.0f / 9.0f;
  return (((7.0f / 6.0f) * x - 2.0f) * x) * x + 8.0f / 9.0f;
}

// to[n] += weight * from[n].
void AddScaled(const float* from, int64_t n, float weight, float* to) {
  for (int64_t i = 0; i < n; ++i) to[i] += from[i] * weight;
}

// A position that a float says, within the side.
int64_t Within(float position, int64_t size) {
  return static_cast<int64_t>(std::min(std::max(position, 0.0f), static_cast<float>(size - 1)));
}

}  // namespace

absl::StatusOr<ResamplingKernel> ResamplingKernel::Named(absl::string_view name) {
  if (name == "lanczos1") return ResamplingKernel{Lanczos, 1};
  if (name == "lanczos3") return ResamplingKernel{Lanczos, 3};
  if (name == "lanczos5") return ResamplingKernel{Lanczos, 5};
  if (name == "gaussian") return ResamplingKernel{Gaussian, 1.5f};
  if (name == "box") return ResamplingKernel{Box, 1};
  if (name == "triangle") return ResamplingKernel{Triangle, 1};
  if (name == "keyscubic") return ResamplingKernel{KeysCubic, 2};
  if (name == "mitchellcubic") return ResamplingKernel{MitchellCubic, 2};
  return absl::InvalidArgumentError(absl::StrCat("Unrecognized kernel type: ", name));
}

absl::StatusOr<Resampling> Resampling::Create(const ResamplingKernel& kernel, bool antialias,
                                              int64_t from, int64_t to, float scale,
                                              float translation) {
  const float back = static_cast<float>(1.0 / scale), shift = -back * translation;
  const float widening = antialias ? std::max(back, 1.0f) : 1.0f;
  const float reach = kernel.radius * widening, narrowing = 1.0f / widening;
  constexpr double kMostWeights = 1 << 26;
  constexpr int64_t kMostPositions = 1 << 24;
  if (to > kMostPositions ||
      std::min<double>(2.0 * reach + 1, static_cast<double>(from)) * static_cast<double>(to) >
          kMostWeights) {
    return absl::ResourceExhaustedError(
        absl::StrCat("resampling ", from, " pixels to ", to, " with a kernel of radius ", reach));
  }
  Resampling result;
  result.from_ = from;
  result.spans_.resize(static_cast<size_t>(to));
  for (int64_t i = 0; i < to; ++i) {
    const float at = (static_cast<float>(i) + 0.5f) * back + shift;
    if (!(at >= 0 && at <= static_cast<float>(from))) continue;  // outside: nothing is added
    Span& span = result.spans_[i];
    span.first = Within(std::ceil(at - reach - 0.5f), from);
    const int64_t last = Within(std::floor(at + reach - 0.5f), from);
    float sum = 0;
    for (int64_t k = span.first; k <= last; ++k) {
      const float distance = static_cast<float>(k) + 0.5f - at;
      span.weights.push_back(kernel.weight(kernel.radius, std::abs(distance * narrowing)));
      sum += span.weights.back();
    }
    const bool fades = !(std::abs(sum) >= 1000.0f * std::numeric_limits<float>::min());
    const float norm = fades ? 0.0f : 1.0f / sum;
    for (float& w : span.weights) w *= norm;
  }
  return result;
}

Resampling Resampling::Transposed() const {
  Resampling result;
  result.from_ = size();
  result.spans_.resize(static_cast<size_t>(from_));
  for (int64_t i = 0; i < size(); ++i) {
    const Span& span = spans_[i];
    for (size_t k = 0; k < span.weights.size(); ++k) {
      if (span.weights[k] == 0) continue;
      Span& to = result.spans_[span.first + static_cast<int64_t>(k)];
      if (to.weights.empty()) to.first = i;
      to.weights.resize(static_cast<size_t>(i - to.first) + 1, 0.0f);
      to.weights.back() = span.weights[k];
    }
  }
  return result;
}

void Resample(ThreadPool* pool, const std::vector<float>& images, const Shape& shape,
              const Resampling& rows, const Resampling& columns, float* out) {
  const int64_t height = shape.dim(1), width = shape.dim(2), channels = shape.dim(3);
  const int64_t line = width * channels, out_line = columns.size() * channels;
  pool->ParallelFor(shape.dim(0) * rows.size(), 8, [&](int64_t begin, int64_t end) {
    std::vector<float> row(static_cast<size_t>(line));
    for (int64_t i = begin; i < end; ++i) {
      const Resampling::Span& down = rows.span(i % rows.size());
      std::fill(row.begin(), row.end(), 0.0f);
      const float* const from = images.data() + (i / rows.size() * height + down.first) * line;
      for (size_t k = 0; k < down.weights.size(); ++k)
        AddScaled(from + static_cast<int64_t>(k) * line, line, down.weights[k], row.data());
      float* const to = out + i * out_line;
      std::fill_n(to, out_line, 0.0f);
      for (int64_t x = 0; x < columns.size(); ++x) {
        const Resampling::Span& across = columns.span(x);
        for (size_t k = 0; k < across.weights.size(); ++k) {
          AddScaled(row.data() + (across.first + static_cast<int64_t>(k)) * channels, channels,
                    across.weights[k], to + x * channels);
        }
      }
    }
  });
}

}  // namespace millrace
