// cornet, the one-image network of A2S-v2's stage 2: a ResNet-50 encoder whose five maps meet
// in a regional and a local decoder that correct each other.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "layers/modules/group_norm.h"
#include "models/network.h"
#include "models/resnet/resnet.h"

namespace salix {

// 3x3 convolution, group norm, ReLU.
class NormedConv : public Module {
 public:
  struct Names {
    std::string conv, norm;  // under which the two appear in the state
  };
  NormedConv(Exec& exec, const Names& names, std::int64_t in_channels, std::int64_t out_channels,
             int groups);

  Tensor operator()(const Tensor& x) const;
  // The same on x enlarged to height x width.
  Tensor on_enlarged(const Tensor& x, std::int64_t height, std::int64_t width) const;

 private:
  Conv2d conv_;
  GroupNorm norm_;
};

// "info": gates a fine and a coarse map by how they differ from a guide, and fuses the three.
class InfoBlock : public Module {
 public:
  explicit InfoBlock(Exec& exec);
  // All maps [N,.,.,64]; the result has the size of `fine`.
  Tensor operator()(const Tensor& fine, const Tensor& coarse, const Tensor& guide) const;

 private:
  NormedConv guide_conv_;
  Conv2d fine_conv_, coarse_conv_, fuse_;
};

class CornetDecoder : public Module {
 public:
  static constexpr int kChannels = 64;
  explicit CornetDecoder(Exec& exec);

  Tensor operator()(const std::array<Tensor, 5>& maps) const;  // [N,H/2,W/2,1]

 private:
  std::array<std::unique_ptr<NormedConv>, 5> adapters_;
  InfoBlock region_, local_;
  NormedConv widen_, narrow_;  // "gb_conv": the deepest map, as the guide of local_
};

class Cornet : public Network {
 public:
  explicit Cornet(Exec& exec);
  static NetworkFacts describe();

  struct Output {
    Tensor logits;  // [N,H,W,1]; probability = sigmoid(logits)
  };
  // image [N,H,W,3], normalised with the ImageNet mean and deviation.
  Output operator()(const Tensor& image);

  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor& modality) override;
  std::vector<ParameterGroup> parameter_groups() override;
  LoadSummary import_weights(const io::NamedArrays& arrays, bool allow_partial) override;

  ResNet50 encoder;
  CornetDecoder decoder;
};

}  // namespace salix
