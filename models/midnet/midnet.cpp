#include "models/midnet/midnet.h"

#include "layers/modules/init.h"
#include "models/weights/pretrained.h"

namespace salix {
namespace {

constexpr std::array<int, 4> kPyramidChannels{128, 256, 512, 512};
constexpr double kInitialDeviation = 0.01;

}  // namespace

Transition::Transition(Exec& exec) {
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    blocks_[i] = std::make_unique<ConvBatchNorm>(exec, ConvBatchNorm::Names{"0", "1"},
                                                 ResNet50::kChannels[i + 1], kPyramidChannels[i],
                                                 Conv2dOptions{.kernel = 1});
    add_module(str(i), *blocks_[i]);
  }
}

Pyramid Transition::operator()(const std::array<Tensor, 5>& maps) {
  Pyramid pyramid{maps[0]};
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    pyramid[i + 1] = (*blocks_[i])(maps[i + 1], {.relu = true});
  }
  return pyramid;
}

Midnet::Midnet(Exec& exec)
    : Network(describe()),
      encoder(exec),
      t_net(exec),
      trans_rgb(exec),
      trans_t(exec),
      decoder(exec) {
  add_module("encoder", encoder);
  add_module("t_net", t_net);
  add_module("trans_rgb", trans_rgb);
  add_module("trans_t", trans_t);
  add_module("decoder", decoder);

  for (const Module* part : std::initializer_list<const Module*>{&trans_rgb, &trans_t, &decoder}) {
    for (const StateEntry& entry : part->parameters()) {
      if (entry.layout != FileLayout::kConvWeight) continue;
      *entry.tensor = init::normal(exec, entry.tensor->shape(), kInitialDeviation);
      entry.tensor->set_requires_grad(true);
    }
  }
}

Midnet::Output Midnet::operator()(const Tensor& image, const Tensor& modality) {
  SALIX_CHECK(
      modality.defined(),
      "midnet: needs a modality (depth, optical flow or thermal) beside the image; got none");
  SALIX_CHECK(modality.shape() == image.shape(),
              "midnet: the modality must have the image's shape; got ", modality.shape(), " and ",
              image.shape());
  return decoder(trans_rgb(encoder(image)), trans_t(t_net(modality)));
}

std::vector<NamedOutput> Midnet::outputs(const Tensor& image, const Tensor& modality) {
  const Output out = (*this)(image, modality);
  return {{"final", out.score},
          {"score1", out.score1},
          {"score2", out.score2},
          {"score_global", out.score_global}};
}

NetworkFacts Midnet::describe() {
  return {.name = "midnet",
          .inputs = {"image", "modality"},
          .default_recipe = "pseudo-labels",
          .default_task = 'd',
          .weight_decay = 0,
          .signature = "trans_rgb."};
}

std::vector<ParameterGroup> Midnet::parameter_groups() {
  return encoder_and_decoder({"encoder.", "t_net."});
}

LoadSummary Midnet::import_weights(const io::NamedArrays& arrays, bool allow_partial) {
  return import_resnet_network(*this, {&encoder, &t_net}, arrays, allow_partial);
}

}  // namespace salix
