#include "models/swin/swin_encoder.h"

#include "engine/text.h"
#include "layers/modules/init.h"

namespace salix {
namespace {

constexpr double kLinearDeviation = 0.02;

// Linear layers of a Swin transformer start from N(0, 0.02^2), their biases from 0.
void start_linear(Exec& exec, Tensor& weight) {
  weight = init::normal(exec, weight.shape(), kLinearDeviation);
  weight.set_requires_grad(true);
}
void start_linear(Exec& exec, Linear& layer) {
  start_linear(exec, layer.weight);
  layer.bias.fill(0);
}

}  // namespace

std::vector<SwinStage> SwinEncoder::tiny(int count) {
  const std::vector<SwinStage> all{{.grid = 56, .channels = 96, .heads = 3, .blocks = 2},
                                   {.grid = 28, .channels = 192, .heads = 6, .blocks = 2},
                                   {.grid = 14, .channels = 384, .heads = 12, .blocks = 6},
                                   {.grid = 7, .channels = 768, .heads = 24, .blocks = 2}};
  return {all.begin(), all.begin() + count};
}

SwinEncoder::SwinEncoder(Exec& exec, const std::vector<SwinStage>& stages, double drop_path)
    : embedding_(exec, stages.front().channels) {
  add_module("patch_embed", embedding_);
  int blocks = 0, block = 0;
  for (const SwinStage& stage : stages) blocks += stage.blocks;
  for (std::size_t s = 0; s < stages.size(); ++s) {
    const SwinStage& wanted = stages[s];
    Stage& stage = stages_.emplace_back();
    for (int b = 0; b < wanted.blocks; ++b, ++block) {
      const bool shifted = b % 2 == 1 && wanted.grid > SwinBlock::kWindow;
      stage.blocks.push_back(std::make_unique<SwinBlock>(
          exec, SwinBlockOptions{.channels = wanted.channels,
                                 .heads = wanted.heads,
                                 .grid = wanted.grid,
                                 .shift = shifted ? SwinBlock::kWindow / 2 : 0,
                                 .drop_path = drop_path * block / (blocks - 1)}));
      start_linear(exec, stage.blocks.back()->attention.qkv);
      start_linear(exec, stage.blocks.back()->attention.proj);
      add_module(str("layers.", s, ".blocks.", b), *stage.blocks.back());
    }
    if (s + 1 == stages.size()) break;
    stage.merging = std::make_unique<PatchMerging>(exec, wanted.channels);
    start_linear(exec, stage.merging->reduction);
    add_module(str("layers.", s, ".downsample"), *stage.merging);
  }
}

std::vector<Tensor> SwinEncoder::operator()(const Tensor& image) {
  SALIX_CHECK(image.rank() == 4 && image.dim(1) == kImageSize && image.dim(2) == kImageSize,
              "SwinEncoder: takes images of ", kImageSize, " x ", kImageSize,
              " pixels alone, [N,H,W,3]; got shape ", image.shape());
  std::vector<Tensor> maps;
  Tensor x = embedding_(image);
  for (Stage& stage : stages_) {
    for (const auto& block : stage.blocks) x = (*block)(x);
    maps.push_back(x);
    if (stage.merging) x = (*stage.merging)(x);
  }
  return maps;
}

}  // namespace salix
