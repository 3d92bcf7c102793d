// Text in its encodings: code points out of bytes and bytes out of code points.
#ifndef MILLRACE_KERNELS_STRINGS_UNICODE_CODEC_H_
#define MILLRACE_KERNELS_STRINGS_UNICODE_CODEC_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/runtime/kernel.h"

namespace millrace {

enum class TextEncoding {
  kUtf8,
  kUtf16,  // the byte order is that of a mark at the beginning, big-endian without one
  kUtf16Be,
  kUtf16Le,
  kUtf32,  // likewise
  kUtf32Be,
  kUtf32Le,
  kAscii,
  kLatin1,
  kWindows1252,
};

// By its name or a common alias; case and punctuation do not matter. UNIMPLEMENTED for an encoding
// that exists but is not among those above, INVALID_ARGUMENT for any other name.
absl::StatusOr<TextEncoding> TextEncodingFromName(absl::string_view name);

// One character or, if `malformed`, one piece of bytes that is none (its code point is U+FFFD):
// what ICU's converters, and so TensorFlow, take as one error. Bytes [begin, end).
struct DecodedChar {
  int32_t code_point;
  int64_t begin, end;
  bool malformed;
};
void DecodeText(TextEncoding encoding, absl::string_view bytes,
                absl::FunctionRef<void(const DecodedChar&)> fn);

// Appends a code point in [0, 0x10ffff] as UTF-8, UTF-16BE or UTF-32BE. A surrogate becomes U+FFFD
// in UTF-8.
void AppendCodePoint(TextEncoding encoding, int32_t code_point, std::string* out);

// The attributes of the Unicode ops that say what to do with what is no character.
struct UnicodeErrors {
  enum class How { kStrict, kReplace, kIgnore };
  How how = How::kReplace;
  int32_t replacement = 0xfffd;
  bool replace_controls = false;  // U+0000 to U+001F count as malformed

  // INVALID_ARGUMENT for a replacement that is no code point.
  absl::Status Read(KernelConstruction& c);
  // Sets `*code_point` to the replacement if it is wanted; false if the character is left out.
  // INVALID_ARGUMENT for malformed text where that is an error.
  absl::StatusOr<bool> Apply(const DecodedChar& decoded, int32_t* code_point) const;
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_STRINGS_UNICODE_CODEC_H_
