#include "kernels/array/diagonal.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "kernels/array/int_args.h"

namespace millrace {

absl::Status DiagonalBand::Check(int64_t rows, int64_t cols) const {
  const auto inside = [&](int64_t d) { return d == 0 || (-rows < d && d < cols); };
  if (inside(lower) && inside(upper)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "diagonals ", lower, " to ", upper, " are not all within a matrix of ", rows, " x ", cols));
}

absl::StatusOr<DiagonalBand> BandFrom(const Tensor& k, const std::string& align) {
  MR_ASSIGN_OR_RETURN(const DimVector bounds, IntsArg(k, "k"));
  if (bounds.empty() || bounds.size() > 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("diag_index must have only one or two elements, received ", bounds.size()));
  }
  DiagonalBand band;
  band.lower = bounds[0];
  band.upper = bounds.back();
  if (band.lower > band.upper) {
    return absl::InvalidArgumentError(
        absl::StrCat("lower_diag_index must not be larger than upper_diag_index: ", band.lower,
                     " > ", band.upper));
  }
  band.right_above = absl::StartsWith(align, "RIGHT");
  band.right_below = absl::EndsWith(align, "RIGHT");
  return band;
}

absl::StatusOr<std::string> AlignAttr(const AttrMap& attrs) {
  std::string align = "LEFT_LEFT";
  if (attrs.Has("align")) MR_RETURN_IF_ERROR(attrs.Get("align", &align));
  return align;
}

}  // namespace millrace
