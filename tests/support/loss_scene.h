// The inputs behind the published check numbers of the losses (specification of A2S-v2,
// appendix A.3): two analytic saliency maps of 64x64 with two modalities.
#pragma once

#include "engine/tensor.h"

namespace salix::testing {

struct LossScene {
  Tensor logits1;  // L1 [2,64,64,1]
  Tensor priors1;  // M1 [2,64,64,6]
  Tensor logits2;  // L2 [2,48,48,1]
  Tensor priors2;  // M2 [2,48,48,6]
  Tensor target;   // T [2,64,64,1]: a disc
};

LossScene loss_scene(Exec& exec, DType dtype);

}  // namespace salix::testing
