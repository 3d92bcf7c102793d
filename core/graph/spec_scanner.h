// Reads the small language of op specifications, token by token.
#ifndef MILLRACE_CORE_GRAPH_SPEC_SCANNER_H_
#define MILLRACE_CORE_GRAPH_SPEC_SCANNER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace millrace {

// Blanks before a token are skipped. A call that does not find what it wants changes nothing (but
// for the blanks).
class SpecScanner {
 public:
  explicit SpecScanner(absl::string_view text) : rest_(text) {}

  bool AtEnd() {
    SkipBlanks();
    return rest_.empty();
  }
  absl::string_view rest() const { return rest_; }

  bool Take(absl::string_view token) {
    SkipBlanks();
    return absl::ConsumePrefix(&rest_, token);
  }

  // A letter or underscore, then letters, digits and underscores; empty if there is none.
  std::string TakeWord() {
    SkipBlanks();
    size_t n = 0;
    while (n < rest_.size() && (absl::ascii_isalpha(rest_[n]) || rest_[n] == '_' ||
                                (n > 0 && absl::ascii_isdigit(rest_[n])))) {
      ++n;
    }
    return TakeChars(n);
  }
  // The word `word`, not just a prefix of a longer one.
  bool TakeWordIf(absl::string_view word) {
    SpecScanner ahead = *this;
    if (ahead.TakeWord() != word) return false;
    *this = ahead;
    return true;
  }

  std::optional<int64_t> TakeInt() {
    const std::string text = NumberAhead();
    int64_t value;
    if (!absl::SimpleAtoi(text, &value)) return std::nullopt;
    rest_.remove_prefix(text.size());
    return value;
  }
  std::optional<float> TakeFloat() {
    const std::string text = NumberAhead();
    float value;
    if (!absl::SimpleAtof(text, &value)) return std::nullopt;
    rest_.remove_prefix(text.size());
    return value;
  }
  // 'text' or "text", with C escapes.
  std::optional<std::string> TakeQuoted() {
    SkipBlanks();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return std::nullopt;
    size_t end = 1;
    while (end < rest_.size() && rest_[end] != rest_[0]) end += rest_[end] == '\\' ? 2 : 1;
    std::string text;
    if (end >= rest_.size() || !absl::CUnescape(rest_.substr(1, end - 1), &text)) {
      return std::nullopt;
    }
    rest_.remove_prefix(end + 1);
    return text;
  }

 private:
  void SkipBlanks() { rest_ = absl::StripLeadingAsciiWhitespace(rest_); }
  std::string TakeChars(size_t n) {
    std::string text(rest_.substr(0, n));
    rest_.remove_prefix(n);
    return text;
  }
  std::string NumberAhead() {
    SkipBlanks();
    size_t n = 0;
    while (n < rest_.size() && (absl::ascii_isalnum(rest_[n]) || rest_[n] == '.' ||
                                rest_[n] == '-' || rest_[n] == '+')) {
      ++n;
    }
    return std::string(rest_.substr(0, n));
  }

  absl::string_view rest_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_SPEC_SCANNER_H_
