// Boundary-aware texture matching, the loss of A2S-v2 (CVPR 2023): around the contour of a
// saliency map, pixels of like texture should be of like saliency.
#pragma once

#include "engine/exec.h"
#include "engine/host_device.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct BtmParams {
  double alpha = 200;     // how fast the weight falls with the distance of the features
  bool only_rgb = false;  // compare the first three channels only
  // m_i = 1 for all pixels, not for those on the contour alone: the local saliency coherence of
  // weakly supervised methods (Yu et al., AAAI 2021).
  bool everywhere = false;
};

inline constexpr int kBtmRadius = 5;      // neighbours: 11x11, the pixel itself adds nothing
inline constexpr int kContourRadius = 2;  // contour: 5x5

// loss = sum_i m_i sum_j W_ij |s_j - s_i| / sum_i m_i over all pixels i of the batch and
// their neighbours j; W_ij = exp(-alpha |F_j - F_i|^2). Outside the map s and F are 0, and
// such neighbours count. m_i = 1 on the contour: where the 5x5 window around i, cut at the
// border, holds both saliency > 0.5 and other (the 5x5 dilation minus the erosion).
// Without any contour pixel the loss is 0 (the reference divides 0 by 0).
//
// Gradients flow through s alone: ds_j = dloss slope_j / sum_i m_i with
//   slope_j = sum_k (m_j + m_k) W_jk sign(s_j - s_k),  k the neighbours of j.
// The weights are nearly all of the work and both passes need the same ones, so the forward
// also gives slope; the backward only scales it.
//
// Shapes    saliency [N,h,w,1]; features [N,h,w,3K], RGB first; loss, contour_pixels
//           (sum_i m_i) and dloss of one element; slope and ds like saliency. Sizes > 0.
// Types     float32; float64 on the CPU; all alike.
// Writes    loss, contour_pixels, slope, ds are overwritten; no overlap with an input. slope
//           may be an empty view: no gradient wanted.
// Repeats   run_to_run, whatever the thread count: partial sums are cut by size and added in
//           order; a slope has one writer at a time, in a fixed order.
void btm(Exec& exec, ConstView saliency, ConstView features, View loss, View contour_pixels,
         View slope, BtmParams params);
void btm_backward(Exec& exec, ConstView dloss, ConstView contour_pixels, ConstView slope, View ds);

// --- Shared by all implementations. ---

inline std::int64_t btm_channels(const ConstView& features, const BtmParams& params) {
  return params.only_rgb ? 3 : features.dim(3);
}

// Which kinds of pixels a window has seen; a contour window has seen both.
struct ContourWindow {
  bool inside = false;
  bool outside = false;
  template <typename Real>
  SALIX_HOST_DEVICE void see(Real saliency) {
    const bool salient = saliency > Real(0.5);
    inside = inside || salient;
    outside = outside || !salient;
  }
  SALIX_HOST_DEVICE bool on_contour() const { return inside && outside; }
};

}  // namespace salix::kernels
