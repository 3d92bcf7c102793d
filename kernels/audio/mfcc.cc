// Mfcc: mel-frequency cepstral coefficients of a spectrogram (Davis and Mermelstein, 1980).
#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

double Mel(double hertz) { return 1127.0 * std::log1p(hertz / 700.0); }

struct MelLimits {
  float low = 20, high = 4000;  // hertz
  int64_t bands = 40;
};

// Overlapping triangles, evenly spaced in mel. Each frequency counts in the band whose downward
// slope it is on, and with the rest of 1 in the next, on its upward slope.
class MelBands {
 public:
  // For spectra of so many frequencies, from 0 to half the rate. INVALID_ARGUMENT where that is no
  // spectrum, or does not reach up to the limits.
  static absl::StatusOr<MelBands> Create(const MelLimits& limits, int64_t frequencies, double rate);

  // Adds the amplitudes, of which `power` holds the squares.
  void Add(const float* power, std::vector<double>* bands) const;

 private:
  int64_t first_ = 0, last_ = -1;  // frequencies within the limits
  std::vector<int64_t> band_;      // on whose downward slope each of them is; -1: before all
  std::vector<double> weight_;     // how much it counts there
};

absl::StatusOr<MelBands> MelBands::Create(const MelLimits& limits, int64_t frequencies,
                                          double rate) {
  if (frequencies < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("a spectrum must have at least 2 frequencies, not ", frequencies));
  }
  if (!(rate > 0)) return absl::InvalidArgumentError(absl::StrCat("sample_rate: ", rate));
  const double step = 0.5 * rate / static_cast<double>(frequencies - 1);
  MelBands result;
  // The constant part is left out, as the HTK toolkit does.
  const double first = 1.5 + limits.low / step, last = limits.high / step;
  if (last >= static_cast<double>(frequencies)) {
    return absl::InvalidArgumentError(absl::StrCat("upper_frequency_limit ", limits.high,
                                                   " lies above the highest frequency of the "
                                                   "spectrogram, ",
                                                   rate / 2));
  }
  result.first_ = static_cast<int64_t>(std::min(first, static_cast<double>(frequencies)));
  result.last_ = static_cast<int64_t>(last);
  const double low = Mel(limits.low), high = Mel(limits.high);
  const double spacing = (high - low) / static_cast<double>(limits.bands + 1);
  const auto centre = [&](int64_t band) { return low + spacing * static_cast<double>(band + 1); };
  int64_t next = 0;  // the first band whose centre is not below
  for (int64_t i = result.first_; i <= result.last_; ++i) {
    const double mel = Mel(static_cast<double>(i) * step);
    while (next < limits.bands && centre(next) < mel) ++next;
    const double before = next > 0 ? centre(next - 1) : low;
    result.band_.push_back(next - 1);
    result.weight_.push_back((centre(next) - mel) / (centre(next) - before));
  }
  return result;
}

void MelBands::Add(const float* power, std::vector<double>* bands) const {
  const int64_t count = static_cast<int64_t>(bands->size());
  for (int64_t i = first_; i <= last_; ++i) {
    const double amplitude = std::sqrt(static_cast<double>(power[i]));
    const double part = amplitude * weight_[i - first_];
    const int64_t band = band_[i - first_];
    if (band >= 0) (*bands)[band] += part;
    if (band + 1 < count) (*bands)[band + 1] += amplitude - part;
  }
}

class MfccKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("upper_frequency_limit", &limits_.high));
    MR_RETURN_IF_ERROR(c.GetAttr("lower_frequency_limit", &limits_.low));
    MR_RETURN_IF_ERROR(c.GetAttr("filterbank_channel_count", &limits_.bands));
    return c.GetAttr("dct_coefficient_count", &coefficients_);
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor &spectrogram = c.input(0), &rate = c.input(1);
    if (spectrogram.rank() != 3) {
      return absl::InvalidArgumentError(
          absl::StrCat("spectrogram must be 3-dimensional, not ", spectrogram.shape().ToString()));
    }
    if (rate.rank() != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Input sample_rate should be a scalar tensor, not ", rate.shape().ToString()));
    }
    MR_RETURN_IF_ERROR(CheckAttrs());
    const int64_t frequencies = spectrogram.dim(2);
    MR_ASSIGN_OR_RETURN(const MelBands bands,
                        MelBands::Create(limits_, frequencies, rate.data<int32_t>()[0]));
    MR_ASSIGN_OR_RETURN(const Shape shape,
                        Shape::Create({spectrogram.dim(0), spectrogram.dim(1), coefficients_}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    const std::vector<double> cosines = Cosines();
    c.pool()->ParallelFor(shape.dim(0) * shape.dim(1), 8, [&](int64_t begin, int64_t end) {
      std::vector<double> logs(static_cast<size_t>(limits_.bands));
      for (int64_t i = begin; i < end; ++i) {
        std::fill(logs.begin(), logs.end(), 0.0);
        bands.Add(spectrogram.data<float>() + i * frequencies, &logs);
        for (double& v : logs) v = std::log(std::max(v, kLeast));
        for (int64_t k = 0; k < coefficients_; ++k) {
          double sum = 0;
          for (int64_t j = 0; j < limits_.bands; ++j)
            sum += cosines[k * limits_.bands + j] * logs[j];
          out->mutable_data<float>()[i * coefficients_ + k] = static_cast<float>(sum);
        }
      }
    });
    return absl::OkStatus();
  }

 private:
  static constexpr double kLeast = 1e-12f;  // in the logarithm's place of 0

  absl::Status CheckAttrs() const {
    if (limits_.bands < 1 || coefficients_ < 1 || coefficients_ > limits_.bands ||
        limits_.bands > int64_t{1} << 12) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Mfcc needs 1 <= dct_coefficient_count <= filterbank_channel_count <= 4096, not ",
          coefficients_, " and ", limits_.bands));
    }
    if (!(limits_.low >= 0 && limits_.high > limits_.low)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Mfcc needs 0 <= lower_frequency_limit < upper_frequency_limit, not ",
                       limits_.low, " and ", limits_.high));
    }
    return absl::OkStatus();
  }

  // The cosine transform of the second kind, [coefficients, bands].
  std::vector<double> Cosines() const {
    const double n = static_cast<double>(limits_.bands);
    std::vector<double> cosines;
    for (int64_t k = 0; k < coefficients_; ++k) {
      for (int64_t j = 0; j < limits_.bands; ++j) {
        cosines.push_back(std::sqrt(2 / n) * std::cos(static_cast<double>(k) * (M_PI / n) *
                                                      (static_cast<double>(j) + 0.5)));
      }
    }
    return cosines;
  }

  MelLimits limits_;
  int64_t coefficients_ = 13;
};

absl::Status MfccShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape spectrogram, c.WithRank(0, 3));
  MR_RETURN_IF_ERROR(c.WithRank(1, 0).status());
  int64_t coefficients;
  MR_RETURN_IF_ERROR(c.GetAttr("dct_coefficient_count", &coefficients));
  MR_ASSIGN_OR_RETURN(PartialShape out,
                      PartialShape::Create({spectrogram.dim(0), spectrogram.dim(1), coefficients}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterMfcc(Registry& r) {
  return r.Add(Op("Mfcc")
                   .Input("spectrogram: float")
                   .Input("sample_rate: int32")
                   .Output("output: float")
                   .Attr("upper_frequency_limit: float = 4000.0")
                   .Attr("lower_frequency_limit: float = 20.0")
                   .Attr("filterbank_channel_count: int = 40")
                   .Attr("dct_coefficient_count: int = 13")
                   .Doc("The first coefficients of the cosine transform of the logarithms of the "
                        "strengths in bands of frequencies, of a spectrogram of squared "
                        "magnitudes, [channels, windows, frequencies].")
                   .Shape(MfccShape)
                   .NotDifferentiable()
                   .Cpu<MfccKernel>());
}

}  // namespace millrace
