// Where the diagonals of a matrix lie, and how they are packed: what MatrixDiag, MatrixDiagPart and
// MatrixSetDiag share.
#ifndef MILLRACE_KERNELS_ARRAY_DIAGONAL_H_
#define MILLRACE_KERNELS_ARRAY_DIAGONAL_H_

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/attr.h"
#include "core/tensor/tensor.h"

namespace millrace {

// A band of diagonals lower .. upper of a matrix (0 is the main one, positive ones lie above). They
// are packed as rows of a matrix [upper - lower + 1, max length], from the uppermost down; a
// shorter one is padded at its end, or at its start if aligned right.
struct DiagonalBand {
  int64_t lower = 0, upper = 0;
  bool right_above = false,
       right_below = false;  // alignment of diagonals above and below the main one

  int64_t count() const { return upper - lower + 1; }
  static int64_t Length(int64_t d, int64_t rows, int64_t cols) {
    return std::max<int64_t>(
        0, std::min(rows + std::min<int64_t>(d, 0), cols - std::max<int64_t>(d, 0)));
  }
  // The longest of them.
  int64_t MaxLength(int64_t rows, int64_t cols) const {
    return std::max<int64_t>(
        0, std::min(rows + std::min<int64_t>(upper, 0), cols - std::max<int64_t>(lower, 0)));
  }
  // Calls f(packed position, row, column) for each element of the band; column of the packed row d
  // is `max_length` wide.
  template <typename F>
  void ForEach(int64_t rows, int64_t cols, int64_t max_length, F f) const {
    for (int64_t d = upper; d >= lower; --d) {
      const int64_t length = Length(d, rows, cols);
      // The main diagonal is the longest wherever it is aligned, unless the matrix is not square.
      const bool left = (d >= 0 && !right_above) || (d <= 0 && !right_below);
      const int64_t at = (upper - d) * max_length + (left ? 0 : max_length - length);
      for (int64_t i = 0; i < length; ++i)
        f(at + i, i + std::max<int64_t>(0, -d), i + std::max<int64_t>(0, d));
    }
  }

  // INVALID_ARGUMENT unless the band touches a matrix of this size.
  absl::Status Check(int64_t rows, int64_t cols) const;
};

// From the input k (a scalar, or lower and upper) and the attribute align, where the op has one.
absl::StatusOr<DiagonalBand> BandFrom(const Tensor& k, const std::string& align);
// The attribute align, or `otherwise`.
absl::StatusOr<std::string> AlignAttr(const AttrMap& attrs);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_ARRAY_DIAGONAL_H_
