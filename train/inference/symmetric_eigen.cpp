#include "train/inference/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/error.h"

namespace salix {
namespace {

constexpr int kMostSweeps = 100;  // convergence is quadratic: it ends long before
constexpr double kRounding = 1e-15;

class Jacobi {
 public:
  Jacobi(std::vector<double> matrix, std::size_t n)
      : n_(n), matrix_(std::move(matrix)), vectors_(n * n, 0.0) {
    for (std::size_t i = 0; i < n; ++i) {
      vectors_[i * n + i] = 1.0;
      for (std::size_t j = 0; j < i; ++j) at(i, j) = at(j, i);
    }
  }

  void solve() {
    double whole = 0.0;
    for (const double value : matrix_) whole += value * value;
    for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
      double off = 0.0;
      for (std::size_t i = 0; i < n_; ++i)
        for (std::size_t j = i + 1; j < n_; ++j) off += 2.0 * at(i, j) * at(i, j);
      if (off <= kRounding * kRounding * whole) return;
      for (std::size_t i = 0; i < n_; ++i)
        for (std::size_t j = i + 1; j < n_; ++j) rotate(i, j);
    }
  }

  SymmetricEigen result() {
    std::vector<std::size_t> order(n_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return at(a, a) > at(b, b); });
    SymmetricEigen eigen;
    for (const std::size_t k : order) {
      eigen.values.push_back(at(k, k));
      std::vector<double>& vector = eigen.vectors.emplace_back();
      for (std::size_t i = 0; i < n_; ++i) vector.push_back(vectors_[i * n_ + k]);
    }
    return eigen;
  }

 private:
  double& at(std::size_t i, std::size_t j) { return matrix_[i * n_ + j]; }

  // Turns axes p and q so that element (p, q) becomes 0, by the smaller of the two angles.
  void rotate(std::size_t p, std::size_t q) {
    if (at(p, q) == 0.0) return;
    const double theta = (at(q, q) - at(p, p)) / (2.0 * at(p, q));
    const double t =
        (theta >= 0.0 ? 1.0 : -1.0) / (std::abs(theta) + std::sqrt(theta * theta + 1.0));
    const double c = 1.0 / std::sqrt(t * t + 1.0), s = t * c;
    const auto turn = [&](double& x, double& y) {
      const double old = x;
      x = c * old - s * y;
      y = s * old + c * y;
    };
    for (std::size_t k = 0; k < n_; ++k) turn(at(k, p), at(k, q));
    for (std::size_t k = 0; k < n_; ++k) turn(at(p, k), at(q, k));
    for (std::size_t k = 0; k < n_; ++k) turn(vectors_[k * n_ + p], vectors_[k * n_ + q]);
    at(p, q) = at(q, p) = 0.0;
  }

  std::size_t n_;
  std::vector<double> matrix_, vectors_;
};

}  // namespace

SymmetricEigen symmetric_eigen(std::vector<double> matrix, int n) {
  SALIX_CHECK(n >= 1 && matrix.size() == static_cast<std::size_t>(n) * static_cast<std::size_t>(n),
              "symmetric_eigen: a matrix of ", n, " x ", n, " is needed; got ", matrix.size(),
              " values");
  for (const double value : matrix)
    SALIX_CHECK(std::isfinite(value), "symmetric_eigen: all values must be finite; got ", value);
  Jacobi jacobi(std::move(matrix), static_cast<std::size_t>(n));
  jacobi.solve();
  return jacobi.result();
}

}  // namespace salix
