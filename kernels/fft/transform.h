// The discrete Fourier transform of any length.
#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <vector>

namespace millrace {

// y_k = sum_j x_j exp(-+ 2 pi i j k / n), with + and a factor 1/n for the inverse. Lengths that are
// powers of two by Cooley and Tukey's algorithm, others through one of those by Bluestein's. Const
// calls may run at once.
class FourierTransform {
 public:
  using Complex = std::complex<double>;

  FourierTransform(int64_t n, bool inverse);  // REQUIRES: n >= 1

  // In place, over n elements `stride` apart.
  void Run(Complex* x, int64_t stride) const;

 private:
  void PowerOfTwo(std::vector<Complex>& x, bool inverse) const;

  const int64_t n_;
  const bool inverse_;
  int64_t padded_;              // the power of two that is used
  std::vector<Complex> roots_;  // exp(-2 pi i k / padded_), k < padded_ / 2
  // Bluestein's: exp(-+ pi i j^2 / n), and the transform of its conjugate, periodic over padded_.
  std::vector<Complex> chirp_, chirp_transform_;
};

}  // namespace millrace
