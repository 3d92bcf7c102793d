// AudioSummary: tags, and the WAV files in it. Expected bytes are TensorFlow 2.21's.
#include <cmath>
#include <limits>

#include "kernels/testing/op_test.h"
#include "protos/summary.pb.h"

namespace millrace {

absl::Status RegisterAudioSummary(Registry& r);

namespace {

using absl::StatusCode;

struct AudioSummaryTest : OpTest {
  AudioSummaryTest() : OpTest({RegisterAudioSummary}) {}
  Summary Make(Tensor sounds, float rate, AttrMap attrs = {}) {
    Summary summary;
    const Tensor made = Run1("AudioSummaryV2",
                             {Tensor::Scalar("t"), std::move(sounds), Tensor::Scalar(rate)}, attrs);
    EXPECT_TRUE(summary.ParseFromString(made.scalar<std::string>()));
    return summary;
  }
  StatusCode CodeOf(Tensor sounds, Tensor rate) {
    return Code("AudioSummaryV2", {Tensor::Scalar("t"), std::move(sounds), std::move(rate)}, {});
  }
};

TEST_F(AudioSummaryTest, SamplesAreCutOff) {
  const float inf = std::numeric_limits<float>::infinity();
  const Summary s = Make(Tensor::Of<float>({1, 5}, {std::nanf(""), inf, -inf, 1, 0.5f}), 8000.4f);
  ASSERT_EQ(s.value_size(), 1);
  EXPECT_EQ(s.value(0).tag(), "t/audio/0");
  const Summary::Audio& audio = s.value(0).audio();
  EXPECT_EQ(audio.sample_rate(), 8000.4f);
  EXPECT_EQ(audio.num_channels(), 1);
  EXPECT_EQ(audio.length_frames(), 5);
  EXPECT_EQ(audio.content_type(), "audio/wav");
  EXPECT_EQ(audio.encoded_audio_string(),
            std::string("RIFF\x2e\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0"
                        "\x02\0\x10\0data\x0a\0\0\0\0\0\xff\x7f\0\x80\xff\x7f\0\x40",
                        54));
}

TEST_F(AudioSummaryTest, FramesOfChannels) {
  const Tensor sounds =
      Tensor::Of<float>({4, 2, 2}, {0, 1, -1, 0, 0.5f, 0, 0, 0.5f, 1, 1, 1, 1, -1, -1, -1, -1});
  EXPECT_EQ(Make(sounds, 8000).value_size(), 3);
  const Summary s = Make(sounds, 8000, {{"max_outputs", int64_t{1}}});
  ASSERT_EQ(s.value_size(), 1);
  EXPECT_EQ(s.value(0).tag(), "t/audio");
  EXPECT_EQ(s.value(0).audio().num_channels(), 2);
  EXPECT_EQ(s.value(0).audio().encoded_audio_string().substr(44),
            std::string("\0\0\xff\x7f\0\x80\0\0", 8));
}

TEST_F(AudioSummaryTest, TheOlderOpHasTheRateAsAnAttribute) {
  const Tensor sounds = Tensor::Of<float>({1, 2}, {0, 1});
  Summary s;
  ASSERT_TRUE(s.ParseFromString(
      Run1("AudioSummary", {Tensor::Scalar("t"), sounds}, {{"sample_rate", 16000.f}})
          .scalar<std::string>()));
  EXPECT_EQ(s.value(0).audio().sample_rate(), 16000);
}

TEST_F(AudioSummaryTest, Mistakes) {
  const Tensor sounds = Tensor::Of<float>({1, 2}, {0, 1}), rate = Tensor::Scalar(8000.f);
  EXPECT_EQ(CodeOf(Tensor::Vector<float>({0, 1}), rate), StatusCode::kInvalidArgument);
  for (const float wrong : {0.f, -1.f, 1e10f, std::nanf("")}) {
    EXPECT_EQ(CodeOf(sounds, Tensor::Scalar(wrong)), StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(CodeOf(sounds, Tensor::Vector<float>({1, 2})), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(*Tensor::Create(DType::kFloat, {1, 3, 0}), rate), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
