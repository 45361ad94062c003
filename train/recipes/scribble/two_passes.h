// DHFR looks at every scene twice: as it is, and made coarse. What it says of both should agree.
#pragma once

#include <vector>

#include "models/network.h"

namespace salix {

struct TwoPasses {
  std::vector<Tensor> maps;  // saliency of the scene, in the network's order; logits [N,H,W,1]
  Tensor contour;            // logits [N,H,W,1]; undefined where the network gives none
  Tensor embedding;          // [N,h,w,C], not normalised
  // Of the coarse scene: its first map, and its embedding.
  Tensor map_aug, embedding_aug;
  // All that the network gave, that of the coarse scene under names with "_aug".
  std::vector<NamedOutput> outputs;
};

// Both passes of `network` over image and depth, [N,H,W,3] each: first as they are, then both made
// smaller by half and larger again (bilinear, aligned corners). The norms see their batches apart,
// and both move the running statistics. Maps are enlarged to H x W (half-pixel centres), where the
// published losses look at their sigmoid.
// Errors    InvalidInput for a network that gives no map first or no embedding.
TwoPasses two_passes(Network& network, const Tensor& image, const Tensor& depth);

}  // namespace salix
