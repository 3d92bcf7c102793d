// The singular value decomposition of one matrix, by one-sided Jacobi rotations (Hestenes, 1958;
// Golub and Van Loan, Matrix Computations, 8.6), after a QR decomposition.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/linalg/factorisations.h"
#include "kernels/linalg/matrices.h"

namespace millrace {

// A = U diag(s) V^H, s in descending order. The signs (phases) of the vectors are not defined.
template <typename T>
struct SvdFactors {
  std::vector<double> s;
  Matrix<T> u, v;

  // Of all columns of U and V if `full`, else of as many as there are singular values.
  explicit SvdFactors(const MatrixView<T>& a, bool full = false) {
    if (a.rows() >= a.cols()) {
      DecomposeTall(a, full);
      return;
    }
    const Matrix<T> turned = a.adjoint();
    DecomposeTall(MatrixView<T>(turned.data(), turned.rows(), turned.cols()), full);
    std::swap(u, v);
  }

 private:
  void DecomposeTall(const MatrixView<T>& a, bool full) {
    const int64_t m = a.rows(), n = a.cols();
    const QrFactors<T> qr{Matrix<T>(a)};
    Matrix<T> w = Matrix<T>::Zero(n, n), turns = Matrix<T>::Identity(n, n);
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = i; j < n; ++j) w(i, j) = qr.qr(i, j);
    }
    // About ten do; the limit is for numbers that rounding keeps apart.
    for (int sweeps = 0; sweeps < 60 && Sweep(&w, &turns); ++sweeps) {
    }
    // The columns of w are now orthogonal: their lengths are the singular values.
    std::vector<double> lengths(n);
    for (int64_t j = 0; j < n; ++j) lengths[j] = w.col(j).norm();
    std::vector<int64_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int64_t i, int64_t j) { return lengths[i] > lengths[j]; });
    Matrix<T> inner(n, n);
    v.resize(n, n);
    const double least = std::numeric_limits<double>::min();
    for (int64_t j = 0; j < n; ++j) {
      s.push_back(lengths[order[j]]);
      v.col(j) = turns.col(order[j]);
      if (s[j] <= least) {
        Complete(&inner, j);
      } else {
        inner.col(j) = w.col(order[j]) / T(s[j]);
      }
    }
    u = qr.Q(full ? m : n);
    const Matrix<T> first = u.leftCols(n) * inner;
    u.leftCols(n) = first;
  }

  // Turns each pair of columns that is not orthogonal. False if there was none. NaN ends it.
  static bool Sweep(Matrix<T>* w, Matrix<T>* turns) {
    constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
    bool turned = false;
    for (int64_t p = 0; p + 1 < w->cols(); ++p) {
      for (int64_t q = p + 1; q < w->cols(); ++q) {
        const T dot = w->col(p).dot(w->col(q));
        const double a = w->col(p).squaredNorm(), b = w->col(q).squaredNorm(), g = std::abs(dot);
        if (!(g > 4 * kEpsilon * std::sqrt(a * b)) || !(g > std::numeric_limits<double>::min()))
          continue;
        const double zeta = (b - a) / (2 * g);
        const double t = (zeta >= 0 ? 1 : -1) / (std::abs(zeta) + std::hypot(1, zeta));
        const double c = 1 / std::hypot(1, t), sine = c * t;
        const T phase = Conjugated(dot) / g;
        for (Matrix<T>* x : {w, turns}) {
          for (int64_t i = 0; i < x->rows(); ++i) {
            const T left = (*x)(i, p), right = (*x)(i, q) * phase;
            (*x)(i, p) = c * left - sine * right;
            (*x)(i, q) = sine * left + c * right;
          }
        }
        turned = true;
      }
    }
    return turned;
  }

  // Makes column j a unit vector that is orthogonal to those before.
  static void Complete(Matrix<T>* u, int64_t j) {
    for (int64_t k = 0; k < u->rows(); ++k) {
      u->col(j).setZero();
      (*u)(k, j) = T(1);
      for (int repeat = 0; repeat < 2; ++repeat) {
        for (int64_t i = 0; i < j; ++i) {
          const T dot = u->col(i).dot(u->col(j));
          u->col(j) -= dot * u->col(i);
        }
      }
      const double length = u->col(j).norm();
      // One of the unit vectors is left with at least this.
      if (length * length * static_cast<double>(u->rows()) < 0.5) continue;
      u->col(j) /= T(length);
      return;
    }
  }
};

}  // namespace millrace
