#include "kernels/codec/gif.h"

#include <array>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

// The file from front to back. After its end there are zeros, and `ended()`.
class Bytes {
 public:
  explicit Bytes(absl::string_view file) : file_(file) {}
  bool ended() const { return ended_; }
  int Byte() {
    if (file_.empty()) {
      ended_ = true;
      return 0;
    }
    const int byte = static_cast<unsigned char>(file_[0]);
    file_.remove_prefix(1);
    return byte;
  }
  int Word() {
    const int low = Byte();
    return low | Byte() << 8;
  }
  absl::string_view Take(size_t n) {
    if (n > file_.size()) {
      ended_ = true;
      n = file_.size();
    }
    const absl::string_view taken = file_.substr(0, n);
    file_.remove_prefix(n);
    return taken;
  }
  // A sequence of blocks, each behind its length, up to an empty one.
  std::string Blocks() {
    std::string data;
    while (const int n = Byte()) {
      const absl::string_view block = Take(static_cast<size_t>(n));
      data.append(block.data(), block.size());
    }
    return data;
  }

 private:
  absl::string_view file_;
  bool ended_ = false;
};

// Colour numbers, compressed after Welch, A Technique for High-Performance Data Compression, 1984,
// with codes of growing width. Fewer than `count` if the data end or are damaged.
std::string Decompress(absl::string_view data, int literal_bits, size_t count) {
  constexpr int kMostCodes = 4096, kNone = -1;
  const int clear = 1 << literal_bits, end = clear + 1;
  std::array<int16_t, kMostCodes> prefix;  // the code of all but the last number of a string
  std::array<unsigned char, kMostCodes> last;
  int next = end + 1, width = literal_bits + 1, before = kNone;
  uint32_t bits = 0;
  int have = 0;
  std::string out, reversed;
  for (const char byte : data) {
    if (out.size() >= count) break;
    bits |= static_cast<uint32_t>(static_cast<unsigned char>(byte)) << have;
    have += 8;
    for (; have >= width && out.size() < count;) {
      const int code = static_cast<int>(bits & ((1u << width) - 1));
      bits >>= width;
      have -= width;
      if (code == end) return out;
      if (code == clear) {
        next = end + 1;
        width = literal_bits + 1;
        before = kNone;
        continue;
      }
      // A code may be that of the string that it completes.
      const bool is_new = code == next && before != kNone;
      if (code > next || (code == next && !is_new) || (code > end && before == kNone)) return out;
      reversed.clear();
      int at = is_new ? before : code;
      for (; at > end; at = prefix[at]) reversed.push_back(static_cast<char>(last[at]));
      const unsigned char first = static_cast<unsigned char>(at);
      reversed.push_back(static_cast<char>(first));
      if (is_new) reversed.insert(reversed.begin(), static_cast<char>(first));
      out.append(reversed.rbegin(), reversed.rend());
      if (before != kNone && next < kMostCodes) {
        prefix[next] = static_cast<int16_t>(before);
        last[next] = first;
        ++next;
        if (next == 1 << width && width < 12) ++width;
      }
      before = code;
    }
  }
  if (out.size() > count) out.resize(count);
  return out;
}

struct Frame {
  int left = 0, top = 0, width = 0, height = 0;
  bool interlaced = false;
  absl::string_view colours;  // 3 bytes each
  std::optional<int> transparent;
  std::string numbers;
};

// The row of the image that is stored as number i: of an interlaced one every eighth, those amid
// them, every second of the others, the rest.
int RowStoredAs(const Frame& f, int i) {
  if (!f.interlaced) return i;
  for (const auto& [start, step] :
       {std::pair(0, 8), std::pair(4, 8), std::pair(2, 4), std::pair(1, 2)}) {
    const int rows = start >= f.height ? 0 : (f.height - start - 1) / step + 1;
    if (i < rows) return start + i * step;
    i -= rows;
  }
  return f.height;
}

void Draw(const Frame& f, Pixels<uint8_t>* canvas) {
  for (int i = 0; i < f.height; ++i) {
    const int64_t y = f.top + RowStoredAs(f, i);
    for (int k = 0; k < f.width; ++k) {
      const int64_t x = f.left + k;
      const size_t number =
          static_cast<unsigned char>(f.numbers[static_cast<size_t>(i) * f.width + k]);
      if (y >= canvas->height || x >= canvas->width || f.transparent == static_cast<int>(number))
        continue;
      for (size_t c = 0; c < 3; ++c) {
        const size_t at = 3 * number + c;
        canvas->values[y * canvas->row() + x * 3 + c] =
            at < f.colours.size() ? static_cast<uint8_t>(f.colours[at]) : 0;
      }
    }
  }
}

absl::string_view Colours(Bytes& in, int flags) {
  return (flags & 0x80) != 0 ? in.Take(size_t{3} << ((flags & 7) + 1)) : absl::string_view();
}

absl::Status Invalid(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("Invalid GIF data: ", why));
}

absl::Status ReadFrame(Bytes& in, absl::string_view global_colours, Frame* f) {
  f->left = in.Word();
  f->top = in.Word();
  f->width = in.Word();
  f->height = in.Word();
  const int flags = in.Byte();
  f->interlaced = (flags & 0x40) != 0;
  f->colours = (flags & 0x80) != 0 ? Colours(in, flags) : global_colours;
  const int literal_bits = in.Byte();
  const std::string data = in.Blocks();
  if (in.ended()) return Invalid("the file is incomplete");
  if (literal_bits < 1 || literal_bits > 8) return Invalid("its codes have a wrong size");
  const size_t count = static_cast<size_t>(f->width) * static_cast<size_t>(f->height);
  if (count >= kMostPixelValues) return Invalid("a frame is too large");
  f->numbers = Decompress(data, literal_bits, count);
  return f->numbers.size() == count ? absl::OkStatus() : Invalid("a frame is damaged");
}

}  // namespace

absl::StatusOr<std::vector<Pixels<uint8_t>>> DecodeGif(absl::string_view file) {
  constexpr int kExtension = 0x21, kImage = 0x2c, kTrailer = 0x3b, kControl = 0xf9;
  Bytes in(file);
  const absl::string_view signature = in.Take(6);
  if (signature != "GIF87a" && signature != "GIF89a") return Invalid("no such signature");
  const int64_t width = in.Word(), height = in.Word();
  const int flags = in.Byte();
  in.Take(2);  // the background's colour, the pixels' aspect
  const absl::string_view colours = Colours(in, flags);
  std::vector<Pixels<uint8_t>> frames;
  std::optional<int> transparent;
  for (int64_t values = 0;;) {
    const int kind = in.Byte();
    if (in.ended() || kind == kTrailer) break;
    if (kind == kExtension) {
      const int label = in.Byte();
      const std::string data = in.Blocks();
      if (label == kControl && data.size() >= 4) {
        transparent.reset();
        if ((data[0] & 1) != 0) transparent = static_cast<unsigned char>(data[3]);
      }
      continue;
    }
    if (kind != kImage) return Invalid(absl::StrCat("unknown block ", kind));
    Frame frame;
    if (absl::Status status = ReadFrame(in, colours, &frame); !status.ok()) {
      if (in.ended() && !frames.empty()) break;
      return status;
    }
    frame.transparent = transparent;
    transparent.reset();
    values += width * height * 3;
    if (values == 0 || values >= kMostPixelValues) return Invalid("its size is 0 or too large");
    if (frames.empty()) {
      frames.push_back({height, width, 3, {}});
      frames[0].values.resize(static_cast<size_t>(height * width * 3));
    } else {
      frames.push_back(frames.back());
    }
    Draw(frame, &frames.back());
  }
  if (frames.empty()) return Invalid("there is no complete frame");
  return frames;
}

}  // namespace millrace
