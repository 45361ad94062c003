// The losses of A2S-v2 (CVPR 2023) as its trainers use them: stage 1 without any label, and
// stage 2 on pseudo labels.
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

// Stage 2, on target [N,H,W,1]: the IoU loss of each logit map [N,h,w,1], enlarged (half-pixel
// centres) to the target. cornet's single output counts 1; of midnet's four, only the first
// two: score counts 1 and score1 0.2, as in the reference.
Tensor cornet_loss(const Tensor& logits, const Tensor& target);
Tensor midnet_loss(const Tensor& score, const Tensor& score1, const Tensor& target);

}  // namespace salix
