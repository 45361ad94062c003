// One step of Adam (Kingma and Ba, ICLR 2015), as PyTorch's Adam does it: the weight decay is
// added to the gradient (L2), no AMSGrad. And of AdamW (Loshchilov and Hutter, ICLR 2019), as
// PyTorch's: the weight decay shrinks the parameter, apart from the gradient.
#pragma once

#include <cmath>
#include <cstdint>

#include "engine/exec.h"
#include "engine/host_device.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct AdamParams {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  bool decoupled_weight_decay = false;  // AdamW
  std::int64_t step = 1;  // t, from 1; at 1 both moments start from zero, whatever they hold
  ConstView gradient_scale = {};  // [], like the parameter; empty: 1. Clipping puts it here
  ConstView frozen = {};          // [] float32: not 0, and nothing is written; empty: never
  double gradient_limit = 0;      // largest magnitude of a gradient's element; 0: any
};

// g = limited(gradient_scale * gradient) + weight_decay * p;
// m += (1 - beta1) (g - m);  v = beta2 v + (1 - beta2) g^2;
// p -= learning_rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps).
// With decoupled_weight_decay, p *= 1 - learning_rate * weight_decay comes first, and g is
// limited(gradient_scale * gradient) alone.
//
// Shapes    parameter, gradient, first_moment (m) and second_moment (v) alike, any rank.
// Types     float32; float64 on the CPU. The bias corrections are computed in double.
// Writes    parameter and moments in place. No overlap.
// Repeats   run_to_run.
void adam_step(Exec& exec, View parameter, ConstView gradient, View first_moment,
               View second_moment, AdamParams params);

// --- One formula for all devices. ---

template <typename Real>
struct AdamUpdate {
  explicit AdamUpdate(const AdamParams& params)
      : decay(static_cast<Real>(params.decoupled_weight_decay ? 0 : params.weight_decay)),
        keep(static_cast<Real>(1.0 - params.learning_rate * params.weight_decay)),
        new_share1(static_cast<Real>(1.0 - params.beta1)),
        keep2(static_cast<Real>(params.beta2)),
        new_share2(static_cast<Real>(1.0 - params.beta2)),
        rate(static_cast<Real>(params.learning_rate /
                               (1.0 - std::pow(params.beta1, static_cast<double>(params.step))))),
        correction2(static_cast<Real>(
            std::sqrt(1.0 - std::pow(params.beta2, static_cast<double>(params.step))))),
        eps(static_cast<Real>(params.eps)),
        decoupled(params.decoupled_weight_decay),
        first_step(params.step == 1) {}

  // Divides as PyTorch does, by the correction and not by its inverse: the same rounding.
  SALIX_HOST_DEVICE void operator()(Real& p, Real gradient, Real& m, Real& v) const {
    if (decoupled) p *= keep;
    const Real g = gradient + decay * p;
    const Real m_before = first_step ? Real(0) : m, v_before = first_step ? Real(0) : v;
    m = m_before + new_share1 * (g - m_before);
    v = v_before * keep2 + new_share2 * (g * g);
    p -= rate * (m / (std::sqrt(v) / correction2 + eps));
  }

  Real decay, keep, new_share1, keep2, new_share2, rate, correction2, eps;
  bool decoupled, first_step;
};

}  // namespace salix::kernels
