// AudioSummaryV2, AudioSummary: sounds.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/codec/wave.h"
#include "kernels/io/file_kernel.h"
#include "kernels/io/summary_values.h"

namespace millrace {
namespace {

// The rate is input 2, or, of the older op, an attribute.
class AudioSummaryKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    if (c.attrs().Has("sample_rate")) MR_RETURN_IF_ERROR(c.GetAttr("sample_rate", &rate_));
    return c.GetAttr("max_outputs", &max_outputs_);
  }

  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string tag, ScalarString(c, 0, "tag"));
    MR_ASSIGN_OR_RETURN(const float rate, Rate(c));
    const Tensor& sounds = c.input(1);
    if (sounds.rank() != 2 && sounds.rank() != 3) {
      return absl::InvalidArgumentError(
          absl::StrCat("Tensor must be 3-D or 2-D, got: ", sounds.shape().ToString()));
    }
    const int64_t frames = sounds.dim(1), channels = sounds.rank() == 3 ? sounds.dim(2) : 1;
    const int64_t shown = std::min(max_outputs_, sounds.dim(0));
    Summary summary;
    for (int64_t i = 0; i < shown; ++i) {
      Summary::Value* value = summary.add_value();
      value->set_tag(max_outputs_ == 1 ? absl::StrCat(tag, "/audio")
                                       : absl::StrCat(tag, "/audio/", i));
      Summary::Audio* audio = value->mutable_audio();
      const size_t size = static_cast<size_t>(frames * channels);
      MR_ASSIGN_OR_RETURN(
          *audio->mutable_encoded_audio_string(),
          EncodeWave(sounds.flat<float>().subspan(static_cast<size_t>(i) * size, size), channels,
                     static_cast<int64_t>(std::lrint(rate))));
      audio->set_sample_rate(rate);
      audio->set_num_channels(channels);
      audio->set_length_frames(frames);
      audio->set_content_type("audio/wav");
    }
    c.set_output(0, SerialisedSummary(summary));
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<float> Rate(const KernelContext& c) const {
    float rate = rate_;
    if (c.num_inputs() > 2) {
      if (c.input(2).num_elements() != 1) {
        return absl::InvalidArgumentError(absl::StrCat("sample_rate must be a scalar, got shape ",
                                                       c.input(2).shape().ToString()));
      }
      rate = c.input(2).scalar<float>();
    }
    // No file has a higher one.
    if (rate > 0 && rate < 4294967296.f) return rate;
    return absl::InvalidArgumentError(absl::StrCat("sample_rate must be > 0, got ", rate));
  }

  float rate_ = 0;
  int64_t max_outputs_ = 0;
};

Op& Finish(Op& op) {
  return op.Attr("max_outputs: int >= 1 = 3")
      .NotDifferentiable()
      .Doc(
          "A serialised Summary with the first sounds of tensor, in [-1, 1]: [batch, frames] or "
          "[batch, frames, channels], sample_rate frames a second, as WAV files.")
      .Shape(ScalarOutputs)
      .Cpu<AudioSummaryKernel>();
}

}  // namespace

absl::Status RegisterAudioSummary(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Finish(Op("AudioSummaryV2")
                                      .Input("tag: string")
                                      .Input("tensor: float")
                                      .Input("sample_rate: float")
                                      .Output("summary: string"))));
  return r.Add(Finish(Op("AudioSummary")
                          .Input("tag: string")
                          .Input("tensor: float")
                          .Output("summary: string")
                          .Attr("sample_rate: float")));
}

}  // namespace millrace
