// Count, mean and sum of squared deviations of a set of numbers, and how two sets join
// (Chan, Golub and LeVeque, "Updating formulae ... for computing sample variances", 1979).
#pragma once

#include "engine/host_device.h"

namespace salix::kernels {

template <typename Real>
struct Moments {
  Real count;
  Real mean;
  Real m2;  // sum of (value - mean)^2
};

// No large numbers are subtracted, so a mean far above the deviation costs no digits.
template <typename Real>
SALIX_HOST_DEVICE inline Moments<Real> merge(const Moments<Real>& a, const Moments<Real>& b) {
  if (b.count == Real(0)) return a;
  if (a.count == Real(0)) return b;
  const Real count = a.count + b.count;
  const Real share = b.count / count;
  const Real apart = b.mean - a.mean;
  return {count, a.mean + apart * share, a.m2 + b.m2 + apart * apart * a.count * share};
}

// Moments from sums of d = value - shift. Exact cancellation is bounded: when `shift` is the
// mean of k of the values, the sum of d^2 exceeds m2 by a factor of at most 1 + count / k.
template <typename Real>
SALIX_HOST_DEVICE inline Moments<Real> shifted_moments(Real count, Real shift, Real sum,
                                                       Real sum_squares) {
  const Real offset = sum / count;
  const Real m2 = sum_squares - sum * offset;
  return {count, shift + offset, m2 > Real(0) ? m2 : Real(0)};
}

}  // namespace salix::kernels
