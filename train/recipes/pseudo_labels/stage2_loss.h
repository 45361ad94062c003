// The loss of stage 2: the IoU loss of the maps that are trained.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/network.h"

namespace salix {

struct Stage2Loss {
  Tensor total;  // weighted sum, differentiable, one element
  // The weighted terms, one element each, off the tape: "iou", or "iou_score", "iou_score1".
  std::vector<std::pair<std::string, Tensor>> terms;
};

// The IoU loss of each trained map [N,h,w,1], enlarged (half-pixel centres) to target [N,H,W,1],
// which counts as 1 above 0.5. The prediction counts 1 and "score1", where there is one, 0.2. Other
// maps (midnet's score2 and score_global) have no loss: the reference's list of weights is
// shorter than its list of outputs, and pairing stops at the shorter one.
Stage2Loss stage2_loss(const std::vector<NamedOutput>& outputs, const Tensor& target);

}  // namespace salix
