#include "kernels/array/reflections.h"

#include "absl/strings/str_cat.h"

namespace millrace {

absl::Status CheckReflection(const Shape& inner, const Paddings& paddings, int offset) {
  for (int d = 0; d < inner.rank(); ++d) {
    const int64_t limit = inner.dim(d) - offset;
    if (paddings[d].first > limit || paddings[d].second > limit) {
      return absl::InvalidArgumentError(absl::StrCat(
          "paddings must be no greater than the dimension size", offset == 1 ? " - 1" : "", ": ",
          paddings[d].first, ", ", paddings[d].second, " for ", inner.dim(d)));
    }
  }
  return absl::OkStatus();
}

std::vector<int64_t> Reflections(int64_t size, int64_t before, int64_t after, int offset) {
  std::vector<int64_t> from;
  for (int64_t i = -before; i < size + after; ++i) {
    from.push_back(i < 0 ? -i - 1 + offset : i >= size ? 2 * size - 1 - i - offset : i);
  }
  return from;
}

}  // namespace millrace
