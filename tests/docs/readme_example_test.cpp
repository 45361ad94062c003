// The example of README.md, compiled and run.
#include <gtest/gtest.h>

#include <vector>

#include "data/image/normalize.h"
#include "data/scenes/synthetic_scene.h"
#include "engine/autograd/tape.h"
#include "layers/functional/unary.h"
#include "layers/modules/conv2d.h"
#include "train/losses/iou_loss.h"
#include "train/optimizers/adam.h"

namespace salix {
namespace {

TEST(ReadmeExample, TwoConvolutionsLearnAPaintedScene) {
  Exec exec(Device::parse("cpu"));  // or "cuda", or "simt": CUDA kernels on the CPU
  const data::Scene scene = data::paint_scene(/*seed=*/1, /*index=*/0, {.height = 64, .width = 64});
  std::vector<float> pixels(64 * 64 * 3), truth(64 * 64);
  data::normalize_rgb(scene.image, pixels);
  data::normalize_mask(scene.mask, truth);
  const Tensor image = Tensor::from_host(exec, pixels, {1, 64, 64, 3});
  const Tensor mask = Tensor::from_host(exec, truth, {1, 64, 64, 1});

  Conv2d features(exec, 3, 16, {.kernel = 3, .padding = 1}), head(exec, 16, 1, {});
  Adam optimizer({{features.parameters("features."), 0.01}, {head.parameters("head."), 0.01}});
  for (int step = 0; step < 60; ++step) {
    const Tensor loss = iou_loss(head(relu(features(image))), mask);
    backward(loss);  // walks the tape that the ops have left
    optimizer.step();
    optimizer.clear_grad();
  }
  const Tensor map = sigmoid(head(relu(features(image))));  // [1,64,64,1], near 1 on the object

  EXPECT_LT(iou_loss(head(relu(features(image))), mask).item(), 0.1);  // 0.02; 1 is the worst
  EXPECT_EQ(map.shape(), mask.shape());
}

}  // namespace
}  // namespace salix
