// One training step of a2s with the losses of stage 1, to the digits of the specification's
// appendix A.1: networks and inputs filled by hashes, two scales, SGD.
#include <gmock/gmock.h>

#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "layers/functional/concat.h"
#include "layers/functional/resize_bilinear.h"
#include "models/a2s/a2s.h"
#include "tests/support/hash_fill.h"
#include "tests/support/printed_step.h"
#include "tests/support/targets.h"
#include "train/optimizers/sgd.h"
#include "train/recipes/a2s/stage1_loss.h"

namespace salix::testing {
namespace {

constexpr PrintedStep kStep[] = {
    {"encoder.conv1.weight", 1.979535, 0.014410595, -7.033513271, -0.05204043313},
    {"encoder.layer4.2.conv3.weight", 0.085771344, 0.00012866374, 32.78755628, -0.01921843572},
    {"decoder.ad2.ad0.0.weight", 1.2514476, -0.0012521093, 12.20157302, 0.02040682962},
    {"decoder.ad4.se.conv.weight", 0.044704679, -0.00024243482, 10.17285484, 0.1358955688},
    {"decoder.fusion.ad0.0.weight", 1.2036603, -0.0046667302, 10.57524177, 0.01713297916},
    {"decoder.fusion.ad0.1.weight", 0.043987169, -0.0033307159, 64.85717924, 0.8444143779},
    {"decoder.fusion.se.conv.bias", 0.018369228, -0.0022867585, 0.06650567496, -0.06319993931},
};

Tensor enlarged(const Tensor& map) { return resize_bilinear(map, 96, 96, {.align_corners = true}); }

TEST(Stage1StepSlow, LossesGradientsAndUpdateToThePrintedDigits) {
  const auto exec = make_exec(Target::kReference);
  A2s network(*exec);
  network.to(DType::kFloat64);
  hash_fill(network);
  for (const StateEntry& entry : network.parameters()) entry.tensor->set_requires_grad(true);
  const Tensor image = hash_input(*exec, "image", 2, 64);
  const Tensor modality = (hash_input(*exec, "modal", 2, 64) + 1.5) / 3.0;
  const Tensor priors = concat({image, modality}, -1);

  const Tensor logits1 = network(image).logits;
  const Tensor logits2 = network(enlarged(image)).logits;
  const Stage1Loss loss =
      stage1_loss(logits1, priors, logits2, enlarged(priors), {.epoch = 3, .epochs = 20});
  EXPECT_NEAR(loss.csd.item(), 0.3522687783, 5e-10);
  EXPECT_NEAR(loss.btm.item() * 0.05, 0.0002452649758, 5e-13);
  EXPECT_NEAR(loss.consistency.item(), 0.06026511041, 5e-11);
  EXPECT_EQ(loss.contour_pixels[0].item(), 449);
  EXPECT_EQ(loss.contour_pixels[1].item(), 860);

  backward(loss.total);
  expect_printed_gradients(network, kStep, 1e-7);
  Sgd sgd({{.parameters = network.encoder.parameters("encoder."), .weight_decay = 5e-4},
           {.parameters = network.decoder.parameters("decoder."),
            .learning_rate = 0.1,
            .weight_decay = 5e-4}});
  sgd.step();
  expect_printed_weights(network, kStep);
}

}  // namespace
}  // namespace salix::testing
