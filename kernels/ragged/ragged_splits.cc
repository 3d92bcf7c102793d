#include "kernels/ragged/ragged_splits.h"

#include "absl/strings/str_cat.h"
#include "kernels/math/integer_at.h"

namespace millrace {

absl::Status CheckSplits(const KernelContext& c, int first, int levels, int64_t values,
                         bool whole) {
  for (int level = 0; level < levels; ++level) {
    const Tensor& splits = c.input(first + level);
    const int64_t n = splits.num_elements();
    if (splits.rank() != 1 || n == 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Splits must be vectors and not empty, not of shape ", splits.shape().ToString()));
    }
    const int64_t below =
        level + 1 < levels ? c.input(first + level + 1).num_elements() - 1 : values;
    for (int64_t i = 0; i < n; ++i) {
      const int64_t at = IntegerAt(splits, i), before = i == 0 ? 0 : IntegerAt(splits, i - 1);
      if (at >= before && at <= below && (i > 0 || at == 0) && (!whole || i < n - 1 || at == below))
        continue;
      return absl::InvalidArgumentError(
          absl::StrCat("Ragged splits must begin with 0, not decrease and end with the ", below,
                       " rows below: splits[", i, "] of dimension ", level, " is ", at));
    }
  }
  return absl::OkStatus();
}

}  // namespace millrace
