// Confidence-aware saliency distilling, the loss of A2S-v2 (CVPR 2023) that pushes every pixel
// away from "undecided"; with the sigmoid.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"
#include "kernels/common/fast_log.h"
#include "kernels/common/vector_math.h"

namespace salix::kernels {

struct CsdParams {
  double exponent = 2;  // m, above 0
};

// loss = 0.5^m - mean |P - 0.5|^m,  P = 1 / (1 + e^-x);
// dx = -dloss m |P - 0.5|^(m-1) sign(x) P (1 - P) / numel, 0 at x = 0.
//
// Shapes    x and dx of any shape, not empty; loss and dloss of one element.
// Types     float32; float64 on the CPU; all alike.
// Writes    loss and dx are overwritten; no overlap with x.
// Repeats   run_to_run, whatever the thread count.
void csd(Exec& exec, ConstView x, View loss, CsdParams params);
void csd_backward(Exec& exec, ConstView dloss, ConstView x, View dx, CsdParams params);

// --- One formula for all devices. ---

// |P - 0.5| = (1 - e) / (1 + e) / 2 and P (1 - P) = e / (1 + e)^2 with e = e^-|x|: one
// exponential, and nothing overflows.
template <typename Real>
struct CsdTerm {
  Real exponent;

  SALIX_HOST_DEVICE static Real power(Real base, Real to) { return fast_exp(to * fast_log(base)); }
  SALIX_HOST_DEVICE Real value(Real x) const {
    const Real e = fast_exp(x < Real(0) ? x : -x);
    const Real confidence = (Real(1) - e) / (Real(1) + e) * Real(0.5);
    const Real raised = power(confidence, exponent);
    return confidence > Real(0) ? raised : confidence;  // NaN stays
  }
  SALIX_HOST_DEVICE Real slope(Real x) const {
    const Real e = fast_exp(x < Real(0) ? x : -x), whole = Real(1) + e;
    const Real confidence = (Real(1) - e) / whole * Real(0.5);
    const Real steep = exponent * power(confidence, exponent - Real(1)) * (e / (whole * whole));
    return confidence > Real(0) ? (x > Real(0) ? steep : -steep) : confidence;
  }
};

}  // namespace salix::kernels
