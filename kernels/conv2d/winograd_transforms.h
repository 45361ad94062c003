// The one-dimensional transforms of Winograd's F(4,3) (Toom-Cook with 6 points): four
// outputs of a three-tap filter from six products instead of twelve.
#pragma once

#include <cstddef>

namespace salix::kernels::winograd {

inline constexpr int kTile = 4;                      // outputs per axis
inline constexpr int kPoints = kTile + 3 - 1;        // inputs, and products, per axis
inline constexpr int kPixels = kTile * kTile;        // outputs of a tile
inline constexpr int kProducts = kPoints * kPoints;  // "frequencies" of a tile

// A float polynomial product is evaluated at 0, +-a, +-b and infinity. The textbook's a = 1,
// b = 2 scales products by up to b^4 a^-2 apart and loses three times as many bits; a and
// 1/a keep them together (Barabasz et al., "Error analysis and improving the accuracy of
// Winograd convolution", ACM TOMS 2020). Worst errors of the layers of a2s against float64,
// relative to the largest |y|: 1.1e-6 .. 4.4e-6, with 1 and 2: 5e-6 .. 2e-5, direct: 6e-7
// .. 1.4e-6.
inline constexpr double kA = 0.70710678118654752;
inline constexpr double kB = 2 * kA;  // 1 / kA: so a^2 = 1/2, b^2 = 2, a b^2 = b, a^2 b = a

// 1 / (2 a^2 (a^2 - b^2)), and a, b swapped.
inline constexpr double kWeightAtA = -2.0 / 3, kWeightAtB = 1.0 / 6;

// Six input values `from`, `from_step` apart, to the values at the six points.
template <typename Vec>
inline void input_transform(const Vec* from, std::ptrdiff_t from_step, Vec* to,
                            std::ptrdiff_t to_step) {
  constexpr float a = kA, b = kB;
  const Vec d0 = from[0], d1 = from[from_step], d2 = from[2 * from_step];
  const Vec d3 = from[3 * from_step], d4 = from[4 * from_step], d5 = from[5 * from_step];
  const Vec even_a = d4 - 2.0f * d2, odd_a = a * d3 - b * d1;
  const Vec even_b = d4 - 0.5f * d2, odd_b = b * d3 - a * d1;
  to[0] = d0 - 2.5f * d2 + d4;
  to[to_step] = even_a + odd_a;
  to[2 * to_step] = even_a - odd_a;
  to[3 * to_step] = even_b + odd_b;
  to[4 * to_step] = even_b - odd_b;
  to[5 * to_step] = d1 - 2.5f * d3 + d5;
}

// Three filter taps to the values at the six points; double, so that a weight is rounded once.
template <typename Vec>
inline void weight_transform(const Vec* from, std::ptrdiff_t from_step, Vec* to,
                             std::ptrdiff_t to_step) {
  constexpr double at_a = kWeightAtA, at_b = kWeightAtB;
  const Vec g0 = from[0], g1 = from[from_step], g2 = from[2 * from_step];
  const Vec even_a = at_a * (g0 + 0.5 * g2), odd_a = (at_a * kA) * g1;
  const Vec even_b = at_b * (g0 + 2.0 * g2), odd_b = (at_b * kB) * g1;
  to[0] = g0;
  to[to_step] = even_a + odd_a;
  to[2 * to_step] = even_a - odd_a;
  to[3 * to_step] = even_b + odd_b;
  to[4 * to_step] = even_b - odd_b;
  to[5 * to_step] = g2;
}

// Six products to the four outputs.
template <typename Vec>
inline void output_transform(const Vec* from, std::ptrdiff_t from_step, Vec* to,
                             std::ptrdiff_t to_step) {
  constexpr float a = kA, b = kB;
  const Vec even_a = from[from_step] + from[2 * from_step];
  const Vec odd_a = from[from_step] - from[2 * from_step];
  const Vec even_b = from[3 * from_step] + from[4 * from_step];
  const Vec odd_b = from[3 * from_step] - from[4 * from_step];
  to[0] = from[0] + even_a + even_b;
  to[to_step] = a * odd_a + b * odd_b;
  to[2 * to_step] = 0.5f * even_a + 2.0f * even_b;
  to[3 * to_step] = (0.5f * a) * odd_a + (2.0f * b) * odd_b + from[5 * from_step];
}

// The adjoints of the last two, for the gradient of the weight.
template <typename Vec>
inline void output_adjoint(const Vec* from, std::ptrdiff_t from_step, Vec* to,
                           std::ptrdiff_t to_step) {
  constexpr float a = kA, b = kB;
  const Vec y0 = from[0], y1 = from[from_step];
  const Vec y2 = from[2 * from_step], y3 = from[3 * from_step];
  const Vec even_a = y0 + 0.5f * y2, odd_a = a * y1 + (0.5f * a) * y3;
  const Vec even_b = y0 + 2.0f * y2, odd_b = b * y1 + (2.0f * b) * y3;
  to[0] = y0;
  to[to_step] = even_a + odd_a;
  to[2 * to_step] = even_a - odd_a;
  to[3 * to_step] = even_b + odd_b;
  to[4 * to_step] = even_b - odd_b;
  to[5 * to_step] = y3;
}

template <typename Vec>
inline void weight_adjoint(const Vec* from, std::ptrdiff_t from_step, Vec* to,
                           std::ptrdiff_t to_step) {
  constexpr float at_a = kWeightAtA, at_b = kWeightAtB, a = kA, b = kB;
  const Vec even_a = at_a * (from[from_step] + from[2 * from_step]);
  const Vec odd_a = (at_a * a) * (from[from_step] - from[2 * from_step]);
  const Vec even_b = at_b * (from[3 * from_step] + from[4 * from_step]);
  const Vec odd_b = (at_b * b) * (from[3 * from_step] - from[4 * from_step]);
  to[0] = from[0] + even_a + even_b;
  to[to_step] = odd_a + odd_b;
  to[2 * to_step] = 0.5f * even_a + 2.0f * even_b + from[5 * from_step];
}

}  // namespace salix::kernels::winograd
