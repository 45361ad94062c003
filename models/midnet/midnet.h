// midnet, the two-modality network of A2S-v2's stage 2 (RGB-D, RGB-T, video): two ResNet-50
// encoders and a dual decoder, after MIDD (Tu et al. 2021) with one more level.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/midnet/midnet_decoder.h"
#include "models/network.h"
#include "models/resnet/resnet.h"

namespace salix {

// 1x1 convolutions that bring an encoder's four deeper maps to the decoder's channels.
class Transition : public Module {
 public:
  explicit Transition(Exec& exec);
  Pyramid operator()(const std::array<Tensor, 5>& maps);

 private:
  std::array<std::unique_ptr<ConvBatchNorm>, 4> blocks_;
};

class Midnet : public Network {
 public:
  explicit Midnet(Exec& exec);
  static NetworkFacts describe();

  // Logits; probability = sigmoid. `score` is the prediction, at half the image's size.
  using Output = MidnetDecoder::Output;
  // image [N,H,W,3], normalised with the ImageNet mean and deviation; modality [N,H,W,3] in
  // 0..1: depth, optical flow or thermal.
  // Errors    InvalidInput when the modality is missing or its shape is not the image's.
  Output operator()(const Tensor& image, const Tensor& modality);

  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor& modality) override;
  std::vector<ParameterGroup> parameter_groups() override;
  LoadSummary import_weights(const io::NamedArrays& arrays, bool allow_partial) override;

  ResNet50 encoder;  // of the image
  ResNet50 t_net;    // of the modality
  Transition trans_rgb, trans_t;
  MidnetDecoder decoder;
};

}  // namespace salix
