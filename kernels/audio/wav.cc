// EncodeWav, DecodeWav: sound in [-1, 1] as 16-bit samples in a RIFF WAVE file.
#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/codec/wave.h"

namespace millrace {
namespace {

class EncodeWavKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &audio = c.input(0), &rate_tensor = c.input(1);
    if (audio.rank() != 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("audio must be 2-dimensional, not ", audio.shape().ToString()));
    }
    if (rate_tensor.rank() != 0) {
      return absl::InvalidArgumentError(absl::StrCat("Input sample_rate should be a scalar, not ",
                                                     rate_tensor.shape().ToString()));
    }
    if (audio.dim(0) < 1) return absl::InvalidArgumentError("num_frames must be positive.");
    MR_ASSIGN_OR_RETURN(std::string file, EncodeWave(audio.flat<float>(), audio.dim(1),
                                                     rate_tensor.scalar<int32_t>()));
    c.set_output(0, Tensor::Scalar<std::string>(std::move(file)));
    return absl::OkStatus();
  }
};

// Reads a file from front to back.
class Reader {
 public:
  explicit Reader(absl::string_view data) : data_(data) {}

  bool done() const { return data_.empty(); }
  absl::StatusOr<absl::string_view> Take(uint64_t n) {
    if (n > data_.size())
      return absl::InvalidArgumentError("Data too short: the file ends too early");
    const absl::string_view taken = data_.substr(0, n);
    data_.remove_prefix(n);
    return taken;
  }
  absl::StatusOr<uint32_t> Number(int bytes) {
    MR_ASSIGN_OR_RETURN(const absl::string_view taken, Take(static_cast<uint64_t>(bytes)));
    uint32_t value = 0;
    for (int i = 0; i < bytes; ++i)
      value |= static_cast<uint32_t>(static_cast<unsigned char>(taken[i])) << (8 * i);
    return value;
  }
  absl::Status Expect(absl::string_view tag) {
    MR_ASSIGN_OR_RETURN(const absl::string_view found, Take(tag.size()));
    if (found == tag) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("Header mismatch: Expected ", tag, " but found another chunk"));
  }

 private:
  absl::string_view data_;
};

struct Wave {
  uint32_t rate = 0, channels = 0;
  absl::string_view samples;  // 16 bits each, little-endian

  static absl::StatusOr<Wave> Parse(absl::string_view file) {
    Reader in(file);
    Wave wave;
    MR_RETURN_IF_ERROR(in.Expect("RIFF"));
    MR_RETURN_IF_ERROR(in.Number(4).status());
    MR_RETURN_IF_ERROR(in.Expect("WAVE"));
    MR_RETURN_IF_ERROR(in.Expect("fmt "));
    MR_ASSIGN_OR_RETURN(const uint32_t format_size, in.Number(4));
    if (format_size != 16 && format_size != 18) {
      return absl::InvalidArgumentError(
          absl::StrCat("Bad format chunk size for WAV: Expected 16 or 18, but got ", format_size));
    }
    MR_ASSIGN_OR_RETURN(const uint32_t format, in.Number(2));
    MR_ASSIGN_OR_RETURN(wave.channels, in.Number(2));
    MR_ASSIGN_OR_RETURN(wave.rate, in.Number(4));
    MR_ASSIGN_OR_RETURN(const uint32_t bytes_per_second, in.Number(4));
    MR_ASSIGN_OR_RETURN(const uint32_t frame, in.Number(2));
    MR_ASSIGN_OR_RETURN(const uint32_t bits, in.Number(2));
    MR_RETURN_IF_ERROR(in.Take(format_size - 16).status());
    if (format != 1 || bits != 16 || wave.channels < 1 || frame != wave.channels * 2 ||
        bytes_per_second != uint64_t{wave.rate} * frame) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Can only read 16-bit PCM files with consistent headers, not format ", format, " with ",
          bits, " bits, ", wave.channels, " channels and ", frame, " bytes a frame"));
    }
    while (!in.done()) {
      MR_ASSIGN_OR_RETURN(const absl::string_view tag, in.Take(4));
      MR_ASSIGN_OR_RETURN(const uint32_t size, in.Number(4));
      MR_ASSIGN_OR_RETURN(const absl::string_view chunk, in.Take(size));
      if (tag != "data") continue;
      wave.samples = chunk.substr(0, chunk.size() / frame * frame);
      return wave;
    }
    return absl::InvalidArgumentError("No data chunk found in WAV");
  }
};

class DecodeWavKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("desired_channels", &channels_));
    return c.GetAttr("desired_samples", &samples_);
  }
  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("contents must be scalar but got shape ", c.input(0).shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const Wave wave, Wave::Parse(c.input(0).scalar<std::string>()));
    const int64_t has = static_cast<int64_t>(wave.samples.size() / 2 / wave.channels);
    const int64_t n = samples_ == -1 ? has : samples_;
    const int64_t channels = channels_ == -1 ? wave.channels : channels_;
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({n, channels}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    float* to = out->mutable_data<float>();
    // Missing samples are silence; a missing channel repeats the last there is.
    for (int64_t i = 0; i < n * channels; ++i) {
      const int64_t frame = i / channels,
                    channel = std::min<int64_t>(i % channels, wave.channels - 1);
      int16_t sample = 0;
      if (frame < has)
        std::memcpy(&sample, wave.samples.data() + (frame * wave.channels + channel) * 2, 2);
      to[i] = static_cast<float>(sample) / 32768;
    }
    c.set_output(1, Tensor::Scalar<int32_t>(static_cast<int32_t>(wave.rate)));
    return absl::OkStatus();
  }

 private:
  int64_t channels_ = -1, samples_ = -1;
};

absl::Status DecodeWavShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 0).status());
  int64_t channels, samples;
  MR_RETURN_IF_ERROR(c.GetAttr("desired_channels", &channels));
  MR_RETURN_IF_ERROR(c.GetAttr("desired_samples", &samples));
  if (channels < -1 || channels == 0 || samples < -1)
    return absl::InvalidArgumentError(
        "desired_channels must be positive or -1, desired_samples not below -1");
  c.set_output(0, PartialShape::Of({samples, channels}));
  c.set_output(1, PartialShape::Scalar());
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterWav(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("EncodeWav")
                .Input("audio: float")
                .Input("sample_rate: int32")
                .Output("contents: string")
                .Doc("Sound [samples, channels] in [-1, 1] as a WAV file of 16-bit samples.")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<EncodeWavKernel>()));
  return r.Add(Op("DecodeWav")
                   .Input("contents: string")
                   .Output("audio: float")
                   .Output("sample_rate: int32")
                   .Attr("desired_channels: int = -1")
                   .Attr("desired_samples: int = -1")
                   .Doc("A WAV file of 16-bit samples as sound [samples, channels] in [-1, 1] and "
                        "its rate; cut, or "
                        "filled with silence and the last channel, to what is desired.")
                   .Shape(DecodeWavShape)
                   .NotDifferentiable()
                   .Cpu<DecodeWavKernel>());
}

}  // namespace millrace
