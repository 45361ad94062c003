#include "models/midnet/midnet_decoder.h"

#include "layers/functional/autocast.h"
#include "layers/functional/concat.h"

namespace salix {
namespace {

// Of the map from the level below and of the encoder's map, from level 4 to level 1.
constexpr std::array<int, 4> kDeepChannels{512, 512, 256, 128};
constexpr std::array<int, 4> kChannels{512, 256, 128, 64};

}  // namespace

MidnetDecoder::MidnetDecoder(Exec& exec)
    : global_info_(exec),
      score_global_(exec, GlobalInfo::kChannels, 1, {.kernel = 1}),
      score_1_(exec, kChannels.back(), 1, {.kernel = 1}),
      score_2_(exec, kChannels.back(), 1, {.kernel = 1}),
      refine_attention_(exec, 2 * kChannels.back()),
      refine_score_(exec, 2 * kChannels.back(), 1, {.kernel = 1}) {
  add_module("global_info", global_info_);
  add_module("score_global", score_global_);
  const auto add_blocks = [&](auto& blocks, int decoder) {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      blocks[i] = std::make_unique<FusionBlock>(exec, kDeepChannels[i], kChannels[i]);
      add_module(str("gfb", kLevels - i, "_", decoder), *blocks[i]);
    }
  };
  add_blocks(rgb_blocks_, 1);
  add_blocks(modality_blocks_, 2);
  add_module("score_1", score_1_);
  add_module("score_2", score_2_);
  add_module("refine.ca", refine_attention_);
  add_module("refine.score", refine_score_);
}

MidnetDecoder::Output MidnetDecoder::operator()(const Pyramid& rgb, const Pyramid& modality) {
  const Tensor global = global_info_(rgb[4], modality[4]);

  // The first step starts each decoder from the global map and the other's deepest map; from
  // then on each reads its own and the other's last result.
  Tensor d_rgb = (*rgb_blocks_[0])(global, modality[4], rgb[3], global);
  Tensor d_modality = (*modality_blocks_[0])(global, rgb[4], modality[3], global);
  for (std::size_t i = 1; i < kLevels; ++i) {
    const std::size_t level = kLevels - 1 - i;
    const Tensor next_rgb = (*rgb_blocks_[i])(d_rgb, d_modality, rgb[level], global);
    d_modality = (*modality_blocks_[i])(d_modality, d_rgb, modality[level], global);
    d_rgb = next_rgb;
  }
  return {autocast_up(refine_score_(refine_attention_(concat({d_rgb, d_modality}, 3)))),
          autocast_up(score_1_(d_rgb)), autocast_up(score_2_(d_modality)),
          autocast_up(score_global_(global))};
}

}  // namespace salix
