// ResNet-50 (He et al. 2016), "v1.5": the stride sits in the 3x3 convolution. The encoder
// of all networks here; it returns the five maps that their decoders read.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "layers/modules/conv_batch_norm.h"
#include "layers/modules/linear.h"

namespace salix {

// 1x1 reduce, 3x3 (with the stride), 1x1 expand; plus the identity or its projection.
class Bottleneck : public Module {
 public:
  static constexpr int kExpansion = 4;
  // `projects`: the identity goes through a 1x1 convolution with the stride.
  Bottleneck(Exec& exec, std::int64_t in_channels, std::int64_t width, int stride, bool projects);

  Tensor operator()(const Tensor& x);

 private:
  ConvBatchNorm reduce_, spatial_, expand_;
  std::unique_ptr<ConvBatchNorm> projection_;
};

// State: 320 entries under torchvision's names, `fc` included, which is never executed.
class ResNet50 : public Module {
 public:
  static constexpr std::array<int, 5> kChannels{64, 256, 512, 1024, 2048};

  explicit ResNet50(Exec& exec);

  // image [N,H,W,3], normalised -> f0..f4 at strides 2, 4, 8, 16, 32 (sizes round up).
  std::array<Tensor, 5> operator()(const Tensor& image);

 private:
  ConvBatchNorm stem_;
  std::array<std::vector<std::unique_ptr<Bottleneck>>, 4> layers_;
  Linear fc_;
};

}  // namespace salix
