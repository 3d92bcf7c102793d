// AudioSpectrogram: the strengths of frequencies in windows of a sound.
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/fft/transform.h"

namespace millrace {
namespace {

// Windows of `window` samples, `stride` apart.
struct SpectrogramWindows {
  int64_t window = 0, stride = 0;

  absl::Status Read(const AttrMap& attrs) {
    MR_RETURN_IF_ERROR(attrs.Get("window_size", &window));
    MR_RETURN_IF_ERROR(attrs.Get("stride", &stride));
    constexpr int64_t kLongest = int64_t{1} << 30;
    if (window < 2 || window > kLongest) {
      return absl::InvalidArgumentError(
          absl::StrCat("window_size must be in [2, 2^30], but is ", window));
    }
    if (stride < 1)
      return absl::InvalidArgumentError(absl::StrCat("stride must be positive, but is ", stride));
    return absl::OkStatus();
  }
  int64_t count(int64_t samples) const {
    return samples < window ? 0 : 1 + (samples - window) / stride;
  }
  // The window's length and zeros up to a power of two.
  int64_t padded() const {
    int64_t n = 1;
    while (n < window) n *= 2;
    return n;
  }
  int64_t frequencies() const { return padded() / 2 + 1; }
};

class AudioSpectrogramKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(windows_.Read(c.attrs()));
    return c.GetAttr("magnitude_squared", &squared_);
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& sound = c.input(0);
    if (sound.rank() != 2) {
      return absl::InvalidArgumentError(absl::StrCat(
          "input must be 2-dimensional, [samples, channels], not ", sound.shape().ToString()));
    }
    const int64_t channels = sound.dim(1), steps = windows_.count(sound.dim(0));
    const int64_t frequencies = windows_.frequencies();
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({channels, steps, frequencies}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (shape.num_elements() == 0) return absl::OkStatus();
    const std::vector<double> hann = HannWindow();
    const FourierTransform transform(windows_.padded(), /*inverse=*/false);
    c.pool()->ParallelFor(channels * steps, 4, [&](int64_t begin, int64_t end) {
      std::vector<FourierTransform::Complex> values(static_cast<size_t>(windows_.padded()));
      for (int64_t i = begin; i < end; ++i) {
        const float* const from =
            sound.data<float>() + i % steps * windows_.stride * channels + i / steps;
        std::fill(values.begin(), values.end(), 0.0);
        for (int64_t k = 0; k < windows_.window; ++k) values[k] = hann[k] * from[k * channels];
        transform.Run(values.data(), 1);
        float* const to = out->mutable_data<float>() + i * frequencies;
        for (int64_t k = 0; k < frequencies; ++k) {
          const float power = static_cast<float>(std::norm(values[k]));
          to[k] = squared_ ? power : std::sqrt(power);
        }
      }
    });
    return absl::OkStatus();
  }

 private:
  // Von Hann's, periodic.
  std::vector<double> HannWindow() const {
    std::vector<double> hann;
    for (int64_t i = 0; i < windows_.window; ++i) {
      const double phase = 2 * M_PI * static_cast<double>(i) / static_cast<double>(windows_.window);
      hann.push_back(0.5 - 0.5 * std::cos(phase));
    }
    return hann;
  }

  SpectrogramWindows windows_;
  bool squared_ = false;
};

absl::Status SpectrogramShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape sound, c.WithRank(0, 2));
  SpectrogramWindows windows;
  MR_RETURN_IF_ERROR(windows.Read(c.attrs()));
  const int64_t samples = sound.dim(0);
  c.set_output(0, PartialShape::Of({sound.dim(1), samples < 0 ? -1 : windows.count(samples),
                                    windows.frequencies()}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterAudioSpectrogram(Registry& r) {
  return r.Add(Op("AudioSpectrogram")
                   .Input("input: float")
                   .Output("spectrogram: float")
                   .Attr("window_size: int")
                   .Attr("stride: int")
                   .Attr("magnitude_squared: bool = false")
                   .Doc("The strength of each frequency (or its square) in windows of "
                        "window_size samples, stride apart, of a sound [samples, channels]: "
                        "[channels, windows, frequencies].")
                   .Shape(SpectrogramShape)
                   .NotDifferentiable()
                   .Cpu<AudioSpectrogramKernel>());
}

}  // namespace millrace
