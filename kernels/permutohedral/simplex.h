// Where a point lies in the permutohedral lattice: the corners of its simplex and its
// barycentric weights (Adams, Baek, Davis, "Fast high-dimensional filtering using the
// permutohedral lattice", 2010). One formula for all devices.
#pragma once

#include <cmath>
#include <cstdint>

#include "engine/host_device.h"

namespace salix::kernels::permutohedral {

// A vertex of the d-dimensional lattice has d+1 integer coordinates that sum to zero and are
// all congruent to r modulo d+1: coordinate j is (d+1) v_j + r. Its key packs r into the low
// 3 bits and v_0 .. v_{d-1} (v_d follows from them) above, so that a step to a neighbour is
// the addition of a constant.
using Key = std::uint64_t;

// At most 24 bits, which a float's mantissa holds.
template <int D>
inline constexpr int kKeyBits = D > 2 ? 61 / D : 24;
// |v_j| of a point up to here; a corner lies one lower at most, a neighbour one further.
template <int D>
inline constexpr int kLargestCoordinate = (1 << (kKeyBits<D> - 1)) - 3;

template <int D>
inline constexpr Key kKeyMask = (Key{1} << (3 + D * kKeyBits<D>)) - 1;

template <int D>
SALIX_HOST_DEVICE constexpr Key unit(int j) {  // the key's change when v_j grows by one
  return j < D ? Key{1} << (3 + j * kKeyBits<D>) : Key{0};
}

// The simplices around `Lanes` points side by side: the CPU does several at once in SIMD
// registers, the GPU one per thread.
template <int D, int Lanes>
struct Simplices {
  Key key[D + 1][Lanes];       // of the corners r = 0..D
  float weight[D + 1][Lanes];  // their barycentric weights; they sum to 1
  int inside[Lanes];           // 1 or 0: whether the key holds the coordinates
};

// Onto the plane x_0 + .. + x_D = 0, scaled so that the blur has unit standard deviation.
template <int D, int Lanes>
SALIX_HOST_DEVICE inline void elevate(const float (&feature)[D][Lanes],
                                      float (&elevated)[D + 1][Lanes]) {
  float sum[Lanes] = {};
  for (int j = D; j > 0; --j) {
    const auto scale = static_cast<float>(0.81649658092772603 * (D + 1) /
                                          std::sqrt(static_cast<double>(j) * (j + 1)));
#pragma omp simd
    for (int k = 0; k < Lanes; ++k) {
      const float scaled = feature[j - 1][k] * scale;
      elevated[j][k] = sum[k] - static_cast<float>(j) * scaled;
      sum[k] += scaled;
    }
  }
  for (int k = 0; k < Lanes; ++k) elevated[0][k] = sum[k];
}

// rank[j] counts the coordinates that lie further above their rounded value than coordinate
// j; where rounding left the plane, the outermost ones move by one.
template <int D, int Lanes>
SALIX_HOST_DEVICE inline void rank_coordinates(const float (&elevated)[D + 1][Lanes],
                                               int (&v)[D + 1][Lanes], int (&rank)[D + 1][Lanes]) {
  int excess[Lanes] = {};
  for (int j = 0; j <= D; ++j) {
    for (int k = 0; k < Lanes; ++k) excess[k] += v[j][k];
  }
  float above[D + 1][Lanes];
  for (int j = 0; j <= D; ++j) {
    for (int k = 0; k < Lanes; ++k) {
      above[j][k] = elevated[j][k] - static_cast<float>(v[j][k] * (D + 1));
    }
  }
  for (int j = 0; j <= D; ++j) {
    int before[Lanes];
    for (int k = 0; k < Lanes; ++k) before[k] = excess[k];
    for (int i = 0; i <= D; ++i) {
      if (i == j) continue;
#pragma omp simd
      for (int k = 0; k < Lanes; ++k) {  // of equal ones, the first comes first
        const bool higher = i < j ? above[i][k] >= above[j][k] : above[i][k] > above[j][k];
        before[k] += higher ? 1 : 0;
      }
    }
    for (int k = 0; k < Lanes; ++k) {
      const int move = before[k] < 0 ? 1 : (before[k] > D ? -1 : 0);
      rank[j][k] = before[k] + move * (D + 1);
      v[j][k] += move;
    }
  }
}

template <int D, int Lanes>
SALIX_HOST_DEVICE inline void find_simplices(const float (&feature)[D][Lanes],
                                             Simplices<D, Lanes>& out) {
  constexpr float kInverse = 1.0f / (D + 1);
  float elevated[D + 1][Lanes];
  elevate<D, Lanes>(feature, elevated);
  int v[D + 1][Lanes], rank[D + 1][Lanes];
  for (int k = 0; k < Lanes; ++k) out.inside[k] = 1;
  for (int j = 0; j <= D; ++j) {
    for (int k = 0; k < Lanes; ++k) {
      constexpr float kLimit = kLargestCoordinate<D>;
      const float cell = elevated[j][k] * kInverse;
      const bool inside = fabsf(cell) < kLimit;  // false for NaN
      out.inside[k] &= inside ? 1 : 0;
      v[j][k] = static_cast<int>(rintf(inside ? cell : 0.0f));
    }
  }
  rank_coordinates<D, Lanes>(elevated, v, rank);

  // By rank: the fraction of the way to the next cell, and what a corner's key loses there.
  for (int k = 0; k < Lanes; ++k) {
    Key key = 0;
    for (int j = 0; j < D; ++j) {
      key += static_cast<Key>(v[j][k] + (1 << (kKeyBits<D> - 1))) * unit<D>(j);
    }
    out.key[0][k] = key;
  }
  float fraction[D + 1][Lanes];
  int axis[D + 1][Lanes];  // the coordinate of that rank
  for (int j = 0; j <= D; ++j) {
    for (int k = 0; k < Lanes; ++k) {
      elevated[j][k] = (elevated[j][k] - static_cast<float>(v[j][k] * (D + 1))) * kInverse;
    }
  }
  for (int at = 0; at <= D; ++at) {
    for (int k = 0; k < Lanes; ++k) {
      float t = 0.0f;
      int found = 0;
      for (int j = 0; j <= D; ++j) {
        t = rank[j][k] == at ? elevated[j][k] : t;
        found = rank[j][k] == at ? j : found;
      }
      fraction[at][k] = t;
      axis[at][k] = found;
    }
  }
  for (int k = 0; k < Lanes; ++k) {
    out.weight[0][k] = fraction[D][k] + (1.0f - fraction[0][k]);
  }
  for (int r = 1; r <= D; ++r) {
#pragma omp simd
    for (int k = 0; k < Lanes; ++k) {
      // Coordinate D has no place in the key: its step is above all others, and cut off.
      const Key step = Key{1} << (3 + axis[D - r + 1][k] * kKeyBits<D>);
      out.key[r][k] = (out.key[r - 1][k] + 1 - step) & kKeyMask<D>;
      out.weight[r][k] = fraction[D - r][k] - fraction[D - r + 1][k];
    }
  }
}

// The neighbour of a vertex on the line of axis j (0..D): every coordinate one lower, but
// coordinate j D higher. The neighbour on the other side is the one whose neighbour this is.
template <int D>
SALIX_HOST_DEVICE inline Key neighbour(Key key, int j) {
  if ((key & 7) != 0) return key - 1 + unit<D>(j);
  Key all = 0;
  for (int i = 0; i < D; ++i) all += unit<D>(i);
  return key + D - all + unit<D>(j);
}

// Where a key's search in a table of 2^bits slots begins.
SALIX_HOST_DEVICE inline std::uint64_t slot_of(Key key, int bits) {
  return (key * 0x9E3779B97F4A7C15u) >> (64 - bits);
}

}  // namespace salix::kernels::permutohedral
