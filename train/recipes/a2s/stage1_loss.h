// The loss of stage 1 of A2S-v2 (CVPR 2023) as its trainer uses it: without any label.
#pragma once

#include <array>

#include "engine/tensor.h"

namespace salix {

struct Stage1LossParams {
  int epoch = 1;                              // e, counted from 1
  int epochs = 20;                            // E
  std::array<double, 3> weights{1, 0.05, 1};  // CSD, BTM, consistency
  double alpha = 200;                         // of BTM
  bool only_rgb = false;                      // BTM compares the first three channels only
};

struct Stage1Loss {
  Tensor total;  // weighted sum, differentiable, one element
  // Unweighted terms, CSD and BTM summed over both scales; one element each, off the tape.
  // btm is undefined when its weight is 0: it is not evaluated then.
  Tensor csd, btm, consistency;
  // How many pixels BTM is a mean over, per scale; undefined with btm.
  std::array<Tensor, 2> contour_pixels;
};

// One image batch at two sizes: logits1 [N,S,S,1] and priors1 [N,S,S,3K] (RGB first,
// normalised), logits2 [N,S2,S2,1] and priors2 [N,S2,S2,3K]; float32, on the CPU also float64.
Stage1Loss stage1_loss(const Tensor& logits1, const Tensor& priors1, const Tensor& logits2,
                       const Tensor& priors2, const Stage1LossParams& params);

}  // namespace salix
