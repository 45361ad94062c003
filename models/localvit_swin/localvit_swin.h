// LocalViT-Swin-T (Li et al., 2021), a classifier of ImageNet: the published weights that DHFR
// starts from belong to it, and by its accuracy they can be checked.
#pragma once

#include "models/network.h"
#include "models/swin/swin_encoder.h"

namespace salix {

class LocalVitSwin : public Network {
 public:
  static constexpr int kClasses = 1000;
  explicit LocalVitSwin(Exec& exec);
  static NetworkFacts describe();

  // image [N,224,224,3], normalised with the ImageNet mean and deviation -> [N,1000], scores before
  // the softmax.
  Tensor operator()(const Tensor& image);

  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor& modality) override;
  std::vector<ParameterGroup> parameter_groups() override;
  LoadSummary import_weights(const io::NamedArrays& arrays, bool allow_partial) override;

 private:
  SwinEncoder encoder_;
  LayerNorm norm_;
  Linear head_;
};

}  // namespace salix
