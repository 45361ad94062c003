// a2s, the stage-1 network of A2S-v2 (CVPR 2023): a ResNet-50 encoder and a decoder that
// turns three of its maps into one saliency map, with no learned projection at the end.
#pragma once

#include "layers/functional/upsampled_conv2d.h"
#include "layers/modules/group_norm.h"
#include "models/network.h"
#include "models/resnet/resnet.h"

namespace salix {

// Channel attention: gate = sigmoid(1x1(mean of x over the map)), x <- gate * x.
class SqueezeGate : public Module {
 public:
  explicit SqueezeGate(Exec& exec);
  Tensor operator()(const Tensor& x) const;

 private:
  Conv2d conv_;
  GroupNorm unused_norm_;  // in the checkpoints, never executed
};

// "ada": 3x3 convolution to 64 channels, GN(1), ReLU, channel attention.
class AdaBlock : public Module {
 public:
  static constexpr int kChannels = 64;
  AdaBlock(Exec& exec, std::int64_t in_channels);

  Tensor operator()(const Tensor& x) const;
  // The same on the concatenation of maps that are first enlarged to height x width.
  Tensor on_enlarged(const std::vector<Tensor>& maps, std::int64_t height,
                     std::int64_t width) const;

 private:
  Tensor finish(const Tensor& convolved) const;
  Conv2d conv_;
  GroupNorm norm_;
  SqueezeGate gate_;
};

class A2sDecoder : public Module {
 public:
  explicit A2sDecoder(Exec& exec);

  struct Output {
    Tensor logits;    // [N,H/2,W/2,1], signed, before the last enlargement
    Tensor features;  // [N,H/2,W/2,64], centred
  };
  Output operator()(const std::array<Tensor, 5>& maps) const;

 private:
  AdaBlock ad2_, ad3_, ad4_, fusion_;
};

class A2s : public Network {
 public:
  explicit A2s(Exec& exec);
  static NetworkFacts describe();

  struct Output {
    Tensor logits;    // [N,H,W,1]; probability = sigmoid(logits)
    Tensor features;  // [N,H/2,W/2,64]
  };
  // image [N,H,W,3], normalised with the ImageNet mean and deviation.
  Output operator()(const Tensor& image);

  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor& modality) override;
  std::vector<ParameterGroup> parameter_groups() override;
  LoadSummary import_weights(const io::NamedArrays& arrays, bool allow_partial) override;

  ResNet50 encoder;
  A2sDecoder decoder;
};

// +1 or -1 per sample: the object is what the corners are not. -1 when two or more of the
// four corner pixels of p [N,H,W,1] are above zero. A constant for the gradient.
Tensor corner_sign(const Tensor& p);

}  // namespace salix
