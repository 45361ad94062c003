// Which input pixels an output pixel of a pooling layer sees along one axis, and which
// output pixels see a given input pixel: one arithmetic for all poolings and devices.
#pragma once

#include <cstdint>

#include "engine/host_device.h"

namespace salix::kernels {

struct PoolRange {
  int begin;
  int end;
  SALIX_HOST_DEVICE int size() const { return end - begin; }
};

// Windows of `kernel` pixels, `stride` apart; the first starts `padding` pixels outside.
struct StridedPoolAxis {
  int in_size;
  int out_size;
  int kernel;
  int stride;
  int padding;

  // The window's pixels that lie inside the map.
  SALIX_HOST_DEVICE PoolRange window(int out_index) const {
    const int begin = out_index * stride - padding;
    const int end = begin + kernel;
    return {begin > 0 ? begin : 0, end < in_size ? end : in_size};
  }
  // The outputs whose windows contain this pixel.
  SALIX_HOST_DEVICE PoolRange readers(int in_index) const {
    const int last = (in_index + padding) / stride;
    const int before = in_index + padding - kernel;  // ends just before the pixel
    const int begin = before < 0 ? 0 : before / stride + 1;
    return {begin, last + 1 < out_size ? last + 1 : out_size};
  }
};

inline StridedPoolAxis strided_pool_axis(std::int64_t in_size, int kernel, int stride,
                                         int padding) {
  const int in = static_cast<int>(in_size);
  return {in, (in + 2 * padding - kernel) / stride + 1, kernel, stride, padding};
}

// Bin i covers floor(i * in / out) .. ceil((i + 1) * in / out), the end excluded. Works for
// out > in too: bins then repeat pixels. Bins and readers are each other's mirror image.
struct AdaptivePoolAxis {
  int in_size;
  int out_size;

  SALIX_HOST_DEVICE PoolRange window(int out_index) const {
    return range(out_index, in_size, out_size);
  }
  SALIX_HOST_DEVICE PoolRange readers(int in_index) const {
    return range(in_index, out_size, in_size);
  }
  // What a mean over the bin divides by, along this axis.
  SALIX_HOST_DEVICE int divisor(int out_index) const { return window(out_index).size(); }

 private:
  SALIX_HOST_DEVICE static PoolRange range(int i, int covered, int bins) {
    const long long size = covered;
    return {static_cast<int>(i * size / bins),
            static_cast<int>(((i + 1) * size + bins - 1) / bins)};
  }
};

inline AdaptivePoolAxis adaptive_pool_axis(std::int64_t in_size, std::int64_t out_size) {
  return {static_cast<int>(in_size), static_cast<int>(out_size)};
}

// Whether a later pixel of a window replaces the largest one so far. NaN counts as the
// largest value, and the first of equal ones wins.
template <typename Real>
SALIX_HOST_DEVICE inline bool beats(Real challenger, Real best) {
  return challenger > best || (challenger != challenger && best == best);
}

}  // namespace salix::kernels
