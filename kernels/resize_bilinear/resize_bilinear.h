// Bilinear resize of channels-last feature maps, in both conventions of the field:
// half-pixel centres (PyTorch's align_corners=false) and aligned corners (true).
#pragma once

#include "engine/exec.h"
#include "engine/host_device.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct ResizeBilinearParams {
  bool align_corners = false;
};

// y(n,i,j,c) = weighted mean of the four x pixels around the source of (i,j). No
// antialiasing when the map shrinks.
//
// Shapes    x [N,H,W,C], y [N,H2,W2,C]; dy like y, dx like x. All sizes > 0.
// Types     float32, bfloat16 (float arithmetic); float64 on the CPU.
// Writes    y and dx are overwritten, never added to; no overlap with x or dy.
// Repeats   run_to_run: the backward gathers; one writer per element, no atomics.
void resize_bilinear(Exec& exec, ConstView x, View y, ResizeBilinearParams params);
void resize_bilinear_backward(Exec& exec, ConstView dy, View dx, ResizeBilinearParams params);

// --- One formula for all devices, so that CPU and CUDA cannot drift apart. ---

template <typename Real>
struct ResizeAxis {
  int in_size;
  int out_size;
  bool align_corners;
  Real step;  // input pixels per output pixel
};

template <typename Real>
inline ResizeAxis<Real> resize_axis(std::int64_t in_size, std::int64_t out_size,
                                    bool align_corners) {
  Real step = static_cast<Real>(in_size) / static_cast<Real>(out_size);
  if (align_corners) {
    step =
        out_size > 1 ? static_cast<Real>(in_size - 1) / static_cast<Real>(out_size - 1) : Real{0};
  }
  return {static_cast<int>(in_size), static_cast<int>(out_size), align_corners, step};
}

// The two source pixels that one output pixel reads along one axis:
// value = (1 - weight_hi) * x[lo] + weight_hi * x[hi].
template <typename Real>
struct BilinearTap {
  int lo;
  int hi;
  Real weight_hi;
};

template <typename Real>
SALIX_HOST_DEVICE inline BilinearTap<Real> bilinear_tap(const ResizeAxis<Real>& axis,
                                                        int out_index) {
  Real source = static_cast<Real>(out_index) * axis.step;
  if (!axis.align_corners) {
    source = (static_cast<Real>(out_index) + Real(0.5)) * axis.step - Real(0.5);
    if (source < Real(0)) source = Real(0);  // the first pixel repeats outwards
  }
  const int last = axis.in_size - 1;
  const int lo = static_cast<int>(source) < last ? static_cast<int>(source) : last;
  const int hi = lo < last ? lo + 1 : last;  // so does the last one
  return {lo, hi, source - static_cast<Real>(lo)};
}

// How much output `out_index` reads of input `in_index`.
template <typename Real>
SALIX_HOST_DEVICE inline Real bilinear_weight(const ResizeAxis<Real>& axis, int out_index,
                                              int in_index) {
  const BilinearTap<Real> tap = bilinear_tap(axis, out_index);
  Real weight = tap.lo == in_index ? Real(1) - tap.weight_hi : Real(0);
  if (tap.hi == in_index) weight += tap.weight_hi;
  return weight;
}

// Outputs [begin, end) include all that read input `in_index`, and a few that do not:
// the inverse of bilinear_tap's formula, widened by one against rounding.
struct ReaderRange {
  int begin;
  int end;
};

template <typename Real>
SALIX_HOST_DEVICE inline ReaderRange bilinear_readers(const ResizeAxis<Real>& axis, int in_index) {
  if (axis.step == Real(0)) return {0, axis.out_size};
  const Real shift = axis.align_corners ? Real(0) : Real(0.5);
  const Real first = (static_cast<Real>(in_index - 1) + shift) / axis.step - shift;
  const Real last = (static_cast<Real>(in_index + 1) + shift) / axis.step - shift;
  int begin = static_cast<int>(first) - 1;
  int end = static_cast<int>(last) + 3;
  if (in_index == 0 || begin < 0) begin = 0;
  if (in_index == axis.in_size - 1 || end > axis.out_size) end = axis.out_size;
  return {begin, end};
}

}  // namespace salix::kernels
