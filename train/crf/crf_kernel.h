// One pairwise kernel of a dense CRF: a permutohedral lattice over the pixels' features,
// with its symmetric normalisation.
#pragma once

#include <memory>

#include "data/image/image.h"
#include "engine/tensor.h"

namespace salix {

class CrfKernel {
 public:
  // feature [D,P] in units of the kernel's standard deviations. Only the first `senders`
  // points send and have a norm; the others only bring their vertices.
  CrfKernel(const Tensor& feature, std::int64_t senders);

  // message = K sender, both [P].
  void filter(ConstView sender, View message) const;
  // n = 1 / sqrt(K 1 + 1e-20), [P]; 0 for points that do not send.
  const Tensor& norm() const { return norm_; }
  std::int64_t vertices() const { return neighbour_.dim(2); }

 private:
  Tensor weight_, vertex_, neighbour_, norm_;
};

// The points of an image of that size: its pixels, and one more when 4 does not divide them.
// The reference library works on four pixels at once and fills the last four up with points
// whose features are zero. They send nothing, but their vertices pass values on. One such
// point has the same vertices as three.
std::int64_t crf_points(int height, int width);

// Smoothing: features x / sigma, y / sigma. Depends on nothing but its arguments, so the
// last few are kept with the Exec: data sets have few sizes.
std::shared_ptr<const CrfKernel> gaussian_kernel(Exec& exec, int height, int width, double sigma);

// Appearance: features x / sigma_xy, y / sigma_xy, R, G, B / sigma_rgb. guide [H,W,3].
std::shared_ptr<const CrfKernel> bilateral_kernel(Exec& exec, const data::Image& guide,
                                                  double sigma_xy, double sigma_rgb);

}  // namespace salix
