// A saliency network in small, with midnet's shape: two encoders, trained and untrained heads.
#pragma once

#include <string>

#include "layers/functional/avg_pool2d.h"
#include "layers/functional/binary.h"
#include "layers/functional/unary.h"
#include "layers/modules/conv2d.h"
#include "models/network.h"

namespace salix::testing {

class TwoHeads : public Network {
 public:
  // With `modality` it looks at both images and has no weight decay; else it has one output.
  TwoHeads(Exec& exec, bool modality)
      : Network({.name = modality ? "two" : "one",
                 .inputs = modality ? std::vector<std::string>{"image", "modality"}
                                    : std::vector<std::string>{"image"},
                 .default_recipe = "pseudo-labels",
                 .weight_decay = modality ? 0 : 5e-4}),
        encoder(exec, 3, 4, {}),
        t_net(exec, 3, 4, {}),
        score(exec, 4, 1, {}),
        score1(exec, 4, 1, {}),
        unused(exec, 4, 1, {}),
        modality_(modality) {
    add_module("encoder", encoder);
    if (modality) add_module("t_net", t_net);
    add_module("score", score);
    if (modality) add_module("score_1", score1);
    add_module("unused", unused);
  }

  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor& modality) override {
    Tensor features = relu(encoder(image));
    if (!modality_) return {{"final", score(features)}};
    features = features + relu(t_net(modality));
    return {{"final", score(features)},
            {"score1", score1(avg_pool2d(features, {.kernel = 2, .stride = 2}))},
            {"score2", unused(features)}};
  }

  std::vector<ParameterGroup> parameter_groups() override {
    return encoder_and_decoder({"encoder.", "t_net."});
  }
  LoadSummary import_weights(const io::NamedArrays&, bool) override { return {}; }

  Conv2d encoder, t_net, score, score1, unused;

 private:
  bool modality_;
};

}  // namespace salix::testing
