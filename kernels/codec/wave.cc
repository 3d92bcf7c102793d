#include "kernels/codec/wave.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace millrace {
namespace {

void Append(std::string* to, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to->push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

}  // namespace

absl::StatusOr<std::string> EncodeWave(absl::Span<const float> samples, int64_t channels,
                                       int64_t rate) {
  if (rate <= 0 || rate > 0xffffffff)
    return absl::InvalidArgumentError(
        absl::StrCat("sample_rate must be in (0, 2^32), got: ", rate));
  if (channels < 1 || channels > 0xffff)
    return absl::InvalidArgumentError(
        absl::StrCat("num_channels must be in (0, 2^16), got: ", channels));
  const uint64_t data = samples.size() * 2;
  if (data > 0xffffffff - 36)
    return absl::InvalidArgumentError("the sound is too long for a WAV file");
  std::string file = "RIFF";
  Append(&file, 36 + data, 4);
  file += "WAVEfmt ";
  Append(&file, 16, 4);
  Append(&file, 1, 2);  // plain samples
  Append(&file, static_cast<uint64_t>(channels), 2);
  Append(&file, static_cast<uint64_t>(rate), 4);
  Append(&file, static_cast<uint64_t>(rate * channels * 2), 4);
  Append(&file, static_cast<uint64_t>(channels * 2), 2);
  Append(&file, 16, 2);
  file += "data";
  Append(&file, data, 4);
  for (const float v : samples) {
    // 1 is one step beyond the largest sample.
    const double sample =
        std::isnan(v) ? 0 : std::clamp(std::round(v * 32768.0), -32768.0, 32767.0);
    Append(&file, static_cast<uint16_t>(static_cast<int16_t>(sample)), 2);
  }
  return file;
}

}  // namespace millrace
