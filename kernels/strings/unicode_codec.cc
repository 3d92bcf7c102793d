#include "kernels/strings/unicode_codec.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

constexpr int32_t kReplacement = 0xfffd, kLargest = 0x10ffff;

bool IsLowSurrogate(uint32_t u) { return u >= 0xdc00 && u < 0xe000; }
bool IsSurrogate(uint32_t u) { return u >= 0xd800 && u < 0xe000; }

// 0x80 to 0x9f of Windows-1252; a hole is the control character of that number.
constexpr uint16_t kWindows1252[32] = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};

// Reads one character at a time, from `at`; sets the fields of the result but for `begin`.
struct Reader {
  absl::string_view bytes;
  TextEncoding encoding;
  int64_t at = 0;

  uint32_t Byte(int64_t i) const { return static_cast<unsigned char>(bytes[i]); }
  int64_t size() const { return static_cast<int64_t>(bytes.size()); }
  DecodedChar Take(int64_t n, uint32_t code) const {
    return {static_cast<int32_t>(code), at, std::min(at + n, size()), false};
  }
  DecodedChar Malformed(int64_t n) const {
    return {kReplacement, at, std::min(at + n, size()), true};
  }

  DecodedChar Utf8() const {
    const uint32_t lead = Byte(at);
    if (lead < 0x80) return Take(1, lead);
    if (lead < 0xc2 || lead > 0xf4) return Malformed(1);
    const int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    uint32_t code = lead & (0x7f >> length);
    for (int i = 1; i < length; ++i) {
      if (at + i >= size()) return Malformed(i);
      const uint32_t b = Byte(at + i);
      // The second byte of some is narrower: no longer form than needed, no surrogate, no number
      // too large.
      uint32_t low = 0x80, high = 0xbf;
      if (i == 1) {
        if (lead == 0xe0) low = 0xa0;
        if (lead == 0xed) high = 0x9f;
        if (lead == 0xf0) low = 0x90;
        if (lead == 0xf4) high = 0x8f;
      }
      if (b < low || b > high) return Malformed(i);
      code = code << 6 | (b & 0x3f);
    }
    return Take(length, code);
  }
  uint32_t Unit16(int64_t i, bool big) const {
    return big ? Byte(i) << 8 | Byte(i + 1) : Byte(i + 1) << 8 | Byte(i);
  }
  DecodedChar Utf16(bool big) const {
    if (at + 2 > size()) return Malformed(2);
    const uint32_t u = Unit16(at, big);
    if (!IsSurrogate(u)) return Take(2, u);
    if (IsLowSurrogate(u)) return Malformed(2);
    if (at + 4 > size()) return Malformed(4);
    const uint32_t v = Unit16(at + 2, big);
    if (!IsLowSurrogate(v)) return Malformed(2);
    return Take(4, 0x10000 + ((u & 0x3ff) << 10 | (v & 0x3ff)));
  }
  DecodedChar Utf32(bool big) const {
    if (at + 4 > size()) return Malformed(4);
    const uint32_t u = big ? Unit16(at, big) << 16 | Unit16(at + 2, big)
                           : Unit16(at + 2, big) << 16 | Unit16(at, big);
    if (u > kLargest || IsSurrogate(u)) return Malformed(4);
    return Take(4, u);
  }
  DecodedChar Next() const {
    switch (encoding) {
      case TextEncoding::kUtf8:
        return Utf8();
      case TextEncoding::kUtf16Le:
        return Utf16(false);
      case TextEncoding::kUtf32Le:
        return Utf32(false);
      case TextEncoding::kUtf16:
      case TextEncoding::kUtf16Be:
        return Utf16(true);
      case TextEncoding::kUtf32:
      case TextEncoding::kUtf32Be:
        return Utf32(true);
      case TextEncoding::kAscii:
        return Byte(at) < 0x80 ? Take(1, Byte(at)) : Malformed(1);
      case TextEncoding::kWindows1252:
        if (Byte(at) >= 0x80 && Byte(at) < 0xa0) return Take(1, kWindows1252[Byte(at) - 0x80]);
        return Take(1, Byte(at));
      case TextEncoding::kLatin1:
        break;
    }
    return Take(1, Byte(at));
  }
  // Skips a byte order mark where the encoding has one; true if there was one.
  bool SkipMark() {
    const bool wide = encoding == TextEncoding::kUtf32;
    if (!wide && encoding != TextEncoding::kUtf16) return false;
    const absl::string_view big = wide ? absl::string_view("\0\0\xfe\xff", 4) : "\xfe\xff";
    const absl::string_view little = wide ? absl::string_view("\xff\xfe\0\0", 4) : "\xff\xfe";
    const absl::string_view head = bytes.substr(0, big.size());
    if (head == little) encoding = wide ? TextEncoding::kUtf32Le : TextEncoding::kUtf16Le;
    if (head != big && head != little) return false;
    at = static_cast<int64_t>(head.size());
    return true;
  }
};

struct NamedEncoding {
  absl::string_view name;
  TextEncoding encoding;
};
// Without punctuation, in lower case.
constexpr NamedEncoding kNames[] = {
    {"utf8", TextEncoding::kUtf8},          {"utf16", TextEncoding::kUtf16},
    {"utf16be", TextEncoding::kUtf16Be},    {"utf16le", TextEncoding::kUtf16Le},
    {"utf32", TextEncoding::kUtf32},        {"utf32be", TextEncoding::kUtf32Be},
    {"utf32le", TextEncoding::kUtf32Le},    {"ascii", TextEncoding::kAscii},
    {"usascii", TextEncoding::kAscii},      {"iso646us", TextEncoding::kAscii},
    {"iso88591", TextEncoding::kLatin1},    {"latin1", TextEncoding::kLatin1},
    {"l1", TextEncoding::kLatin1},          {"cp819", TextEncoding::kLatin1},
    {"ibm819", TextEncoding::kLatin1},      {"windows1252", TextEncoding::kWindows1252},
    {"cp1252", TextEncoding::kWindows1252},
};
// Beginnings of the names of others that ICU converts.
constexpr absl::string_view kOtherNames[] = {
    "iso8859", "windows", "cp", "ibm",  "koi8",   "euc",       "shiftjis", "gb",   "big5",
    "iso2022", "utf7",    "hz", "sjis", "tis620", "macintosh", "scsu",     "bocu1"};

}  // namespace

absl::StatusOr<TextEncoding> TextEncodingFromName(absl::string_view name) {
  std::string key;
  for (const char ch : name) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(ch))) key.push_back(absl::ascii_tolower(ch));
  }
  for (const NamedEncoding& known : kNames) {
    if (key == known.name) return known.encoding;
  }
  for (const absl::string_view other : kOtherNames) {
    if (key.compare(0, other.size(), other.data(), other.size()) == 0)
      return absl::UnimplementedError(absl::StrCat("no converter for the encoding ", name));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("Could not create converter for input encoding: ", name));
}

void DecodeText(TextEncoding encoding, absl::string_view bytes,
                absl::FunctionRef<void(const DecodedChar&)> fn) {
  Reader reader{bytes, encoding};
  bool marked = reader.SkipMark();
  while (reader.at < reader.size()) {
    DecodedChar next = reader.Next();
    reader.at = next.end;
    // The mark belongs to the first character.
    if (marked) next.begin = 0;
    marked = false;
    fn(next);
  }
}

void AppendCodePoint(TextEncoding encoding, int32_t code_point, std::string* out) {
  uint32_t u = static_cast<uint32_t>(code_point);
  const auto put = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  const auto put16 = [&](uint32_t unit) {
    put(unit >> 8 & 0xff);
    put(unit & 0xff);
  };
  if (encoding == TextEncoding::kUtf32Be) {
    put16(u >> 16);
    put16(u & 0xffff);
  } else if (encoding == TextEncoding::kUtf16Be) {
    if (u > 0xffff) put16(0xd800 + ((u - 0x10000) >> 10));
    put16(u > 0xffff ? 0xdc00 + (u & 0x3ff) : u);
  } else {
    if (IsSurrogate(u)) u = kReplacement;
    const int more = u < 0x80 ? 0 : u < 0x800 ? 1 : u < 0x10000 ? 2 : 3;
    constexpr uint32_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
    put(kLead[more] | u >> (6 * more));
    for (int i = more - 1; i >= 0; --i) put(0x80 | (u >> (6 * i) & 0x3f));
  }
}

absl::Status UnicodeErrors::Read(KernelConstruction& c) {
  std::string errors;
  int64_t replacement_char;
  MR_RETURN_IF_ERROR(c.GetAttr("errors", &errors));
  MR_RETURN_IF_ERROR(c.GetAttr("replacement_char", &replacement_char));
  if (c.attrs().Has("replace_control_characters")) {
    MR_RETURN_IF_ERROR(c.GetAttr("replace_control_characters", &replace_controls));
  }
  how = errors == "strict" ? How::kStrict : errors == "ignore" ? How::kIgnore : How::kReplace;
  if (replacement_char < 0 || replacement_char > kLargest) {
    return absl::InvalidArgumentError(
        absl::StrCat("replacement_char ", replacement_char, " out of unicode codepoint range"));
  }
  replacement = static_cast<int32_t>(replacement_char);
  return absl::OkStatus();
}

absl::StatusOr<bool> UnicodeErrors::Apply(const DecodedChar& decoded, int32_t* code_point) const {
  *code_point = decoded.code_point;
  if (!decoded.malformed && !(replace_controls && decoded.code_point <= 0x1f)) return true;
  if (how == How::kIgnore) return false;
  if (how == How::kStrict) {
    return absl::InvalidArgumentError(
        absl::StrCat("Invalid formatting on input string, at byte ", decoded.begin));
  }
  *code_point = replacement;
  return true;
}

}  // namespace millrace
