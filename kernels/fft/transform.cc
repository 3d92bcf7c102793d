#include "kernels/fft/transform.h"

#include <cmath>

namespace millrace {
namespace {

std::complex<double> Unit(double turns) { return std::polar(1.0, 2 * M_PI * turns); }

bool IsPowerOfTwo(int64_t n) { return (n & (n - 1)) == 0; }

}  // namespace

FourierTransform::FourierTransform(int64_t n, bool inverse) : n_(n), inverse_(inverse), padded_(1) {
  const int64_t least = IsPowerOfTwo(n) ? n : 2 * n - 1;
  while (padded_ < least) padded_ *= 2;
  roots_.resize(padded_ / 2);
  for (size_t k = 0; k < roots_.size(); ++k)
    roots_[k] = Unit(-static_cast<double>(k) / static_cast<double>(padded_));
  if (padded_ == n) return;
  chirp_.resize(n);
  chirp_transform_.assign(padded_, 0);
  int64_t square = 0;  // j^2 modulo 2 n, exact
  for (int64_t j = 0; j < n; ++j) {
    const double turns = static_cast<double>(square) / static_cast<double>(2 * n);
    chirp_[j] = Unit(inverse ? turns : -turns);
    chirp_transform_[j] = std::conj(chirp_[j]);
    if (j > 0) chirp_transform_[padded_ - j] = std::conj(chirp_[j]);
    square = (square + 2 * j + 1) % (2 * n);
  }
  PowerOfTwo(chirp_transform_, false);
}

void FourierTransform::PowerOfTwo(std::vector<Complex>& x, bool inverse) const {
  const size_t n = x.size();
  for (size_t i = 1, j = 0; i < n; ++i) {  // bit-reversed order
    size_t bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  for (size_t half = 1; half < n; half *= 2) {
    const size_t step = n / (2 * half);
    for (size_t begin = 0; begin < n; begin += 2 * half) {
      for (size_t k = 0; k < half; ++k) {
        const Complex root = inverse ? std::conj(roots_[k * step]) : roots_[k * step];
        const Complex a = x[begin + k], b = x[begin + k + half];
        const Complex t(b.real() * root.real() - b.imag() * root.imag(),
                        b.real() * root.imag() + b.imag() * root.real());
        x[begin + k] = a + t;
        x[begin + k + half] = a - t;
      }
    }
  }
}

void FourierTransform::Run(Complex* x, int64_t stride) const {
  const double scale = inverse_ ? 1 / static_cast<double>(n_) : 1;
  std::vector<Complex> line(padded_);
  if (padded_ == n_) {
    for (int64_t j = 0; j < n_; ++j) line[j] = x[j * stride];
    PowerOfTwo(line, inverse_);
    for (int64_t j = 0; j < n_; ++j) x[j * stride] = line[j] * scale;
    return;
  }
  for (int64_t j = 0; j < n_; ++j) line[j] = x[j * stride] * chirp_[j];
  PowerOfTwo(line, false);
  for (int64_t j = 0; j < padded_; ++j) line[j] *= chirp_transform_[j];
  PowerOfTwo(line, true);
  const double all = scale / static_cast<double>(padded_);
  for (int64_t j = 0; j < n_; ++j) x[j * stride] = line[j] * chirp_[j] * all;
}

}  // namespace millrace
