// midnet's dual decoder: one for the image, one for the modality, each reading both at every
// step.
#pragma once

#include "models/midnet/midnet_blocks.h"

namespace salix {

// Maps of one modality at strides 2, 4, 8, 16, 32 with 64, 128, 256, 512, 512 channels.
using Pyramid = std::array<Tensor, 5>;

class MidnetDecoder : public Module {
 public:
  explicit MidnetDecoder(Exec& exec);

  struct Output {
    Tensor score, score1, score2;  // [N,H/2,W/2,1]: of both decoders, the image's, the modality's
    Tensor score_global;           // [N,H/32,W/32,1]
  };
  Output operator()(const Pyramid& rgb, const Pyramid& modality);

 private:
  static constexpr int kLevels = 4;
  GlobalInfo global_info_;
  Conv2d score_global_;
  std::array<std::unique_ptr<FusionBlock>, kLevels> rgb_blocks_, modality_blocks_;  // 4 to 1
  Conv2d score_1_, score_2_;
  ChannelAttention refine_attention_;
  Conv2d refine_score_;
};

}  // namespace salix
