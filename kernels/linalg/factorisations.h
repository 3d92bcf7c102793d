// LU, Cholesky and QR factorisations of one matrix, by the textbook loops (Golub and Van Loan,
// Matrix Computations, 3.4, 4.2, 5.2). The choices that are free, of pivots and signs, are Eigen's
// and so TensorFlow's.
#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

#include "kernels/linalg/matrices.h"

namespace millrace {

inline double Conjugated(double v) { return v; }
inline complex128 Conjugated(const complex128& v) { return std::conj(v); }

// P A = L U with partial pivoting: L (its diagonal is 1) and U in one matrix; row i of P A is row
// rows[i] of A.
template <typename T>
struct LuFactors {
  Matrix<T> lu;
  std::vector<int64_t> rows;
  int sign = 1;  // of the permutation
  bool singular = false;

  explicit LuFactors(Matrix<T> a) : lu(std::move(a)), rows(lu.rows()) {
    const int64_t n = lu.rows();
    for (int64_t i = 0; i < n; ++i) rows[i] = i;
    for (int64_t k = 0; k < n; ++k) {
      int64_t pivot = k;
      for (int64_t i = k + 1; i < n; ++i) {
        if (std::abs(lu(i, k)) > std::abs(lu(pivot, k))) pivot = i;
      }
      // Also where it is NaN.
      if (!(std::abs(lu(pivot, k)) > 0)) {
        singular = true;
        continue;
      }
      if (pivot != k) Swap(k, pivot);
      for (int64_t i = k + 1; i < n; ++i) {
        const T factor = lu(i, k) /= lu(k, k);
        for (int64_t j = k + 1; j < n; ++j) lu(i, j) -= factor * lu(k, j);
      }
    }
  }
  // X with A X = B. REQUIRES: !singular.
  Matrix<T> Solve(const MatrixView<T>& b) const {
    const int64_t n = lu.rows(), m = b.cols();
    Matrix<T> x(n, m);
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t c = 0; c < m; ++c) x(i, c) = b(rows[i], c);
      for (int64_t j = 0; j < i; ++j) Subtract(&x, i, lu(i, j), j);
    }
    for (int64_t i = n - 1; i >= 0; --i) {
      for (int64_t j = i + 1; j < n; ++j) Subtract(&x, i, lu(i, j), j);
      for (int64_t c = 0; c < m; ++c) x(i, c) /= lu(i, i);
    }
    return x;
  }
  T Determinant() const {
    T product(sign);
    for (int64_t k = 0; k < lu.rows(); ++k) product *= lu(k, k);
    return product;
  }

 private:
  void Swap(int64_t a, int64_t b) {
    for (int64_t j = 0; j < lu.cols(); ++j) std::swap(lu(a, j), lu(b, j));
    std::swap(rows[a], rows[b]);
    sign = -sign;
  }
  static void Subtract(Matrix<T>* x, int64_t row, const T& factor, int64_t other) {
    for (int64_t c = 0; c < x->cols(); ++c) (*x)(row, c) -= factor * (*x)(other, c);
  }
};

// The lower L with L L^H = A, of which the lower triangle is read. False if A is not positive
// definite.
template <typename T>
bool CholeskyFactor(const MatrixView<T>& a, MutableMatrixView<T> l) {
  const int64_t n = a.rows();
  for (int64_t j = 0; j < n; ++j) {
    double diagonal = std::real(a(j, j));
    for (int64_t k = 0; k < j; ++k) diagonal -= std::norm(l(j, k));
    if (!(diagonal > 0)) return false;
    l(j, j) = T(std::sqrt(diagonal));
    for (int64_t i = 0; i < j; ++i) l(i, j) = T(0);
    for (int64_t i = j + 1; i < n; ++i) {
      T sum = a(i, j);
      for (int64_t k = 0; k < j; ++k) sum -= l(i, k) * Conjugated(l(j, k));
      l(i, j) = sum / l(j, j);
    }
  }
  return true;
}

// A = Q R by Householder's reflections.
template <typename T>
struct QrFactors {
  Matrix<T> qr;        // R, and below its diagonal the reflections (their first element is 1)
  std::vector<T> tau;  // reflection k is I - tau v v^H

  explicit QrFactors(Matrix<T> a) : qr(std::move(a)) {
    const int64_t m = qr.rows(), n = qr.cols();
    for (int64_t k = 0; k < std::min(m, n); ++k) {
      const T head = qr(k, k);
      double tail = 0;
      for (int64_t i = k + 1; i < m; ++i) tail += std::norm(qr(i, k));
      if (tail == 0 && std::imag(head) == 0) {
        tau.push_back(T(0));
        continue;
      }
      const double norm = std::sqrt(std::norm(head) + tail);
      const double beta = std::real(head) >= 0 ? -norm : norm;
      for (int64_t i = k + 1; i < m; ++i) qr(i, k) /= head - T(beta);
      tau.push_back(Conjugated((T(beta) - head) / T(beta)));
      qr(k, k) = T(beta);
      for (int64_t j = k + 1; j < n; ++j) Reflect(&qr, k, tau[k], j);
    }
  }
  // The first `columns` columns of Q.
  Matrix<T> Q(int64_t columns) const {
    Matrix<T> q = Matrix<T>::Zero(qr.rows(), columns);
    for (int64_t i = 0; i < std::min<int64_t>(qr.rows(), columns); ++i) q(i, i) = T(1);
    for (int64_t k = static_cast<int64_t>(tau.size()) - 1; k >= 0; --k) {
      for (int64_t j = 0; j < columns; ++j) Reflect(&q, k, Conjugated(tau[k]), j);
    }
    return q;
  }

 private:
  // Column j of x times reflection k, of which `by` is the tau.
  void Reflect(Matrix<T>* x, int64_t k, const T& by, int64_t j) const {
    T dot = (*x)(k, j);
    for (int64_t i = k + 1; i < qr.rows(); ++i) dot += Conjugated(qr(i, k)) * (*x)(i, j);
    (*x)(k, j) -= by * dot;
    for (int64_t i = k + 1; i < qr.rows(); ++i) (*x)(i, j) -= by * dot * qr(i, k);
  }
};

}  // namespace millrace
