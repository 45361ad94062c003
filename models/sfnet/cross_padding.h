// How DHFR joins two maps: their channels laid side by side into a map twice as wide and high, then
// attention in windows that the saliency found so far masks.
#pragma once

#include <memory>
#include <vector>

#include "models/swin/patches.h"
#include "models/swin/swin_block.h"

namespace salix {

// a, b [N,h,w,2C] -> [N,2h,2w,C], normalised over C: of the four pixels that one pixel of the
// inputs becomes, (even row, even column) has the even channels of a, (even, odd) those of b, (odd,
// even) the odd channels of b, (odd, odd) those of a. State: norm [C].
class CrossPadding : public Module {
 public:
  CrossPadding(Exec& exec, std::int64_t channels);
  Tensor operator()(const Tensor& a, const Tensor& b) const;

 private:
  LayerNorm norm_;
};

struct MaskedBlocks {
  std::int64_t channels;
  int grid;
  int heads;
  std::vector<double> drop_path;  // of each block
};

// Blocks in a row, every other shifted, that see the same saliency map. State:
// layers.<i>.w_attn.
class MaskedLayers : public Module {
 public:
  MaskedLayers(Exec& exec, const MaskedBlocks& blocks);
  // x [N,H,W,C], saliency [N,H,W,1] in 0..1.
  Tensor operator()(Tensor x, const Tensor& saliency) const;

 private:
  std::vector<std::unique_ptr<SwinBlock>> blocks_;
};

// "CPAB": cross padding and masked layers. State: cross_padding, layers.
class CrossPaddingAttention : public Module {
 public:
  CrossPaddingAttention(Exec& exec, const MaskedBlocks& blocks);
  // a, b [N,h,w,2C], saliency [N,2h,2w,1] (without layers: undefined) -> [N,2h,2w,C]
  Tensor operator()(const Tensor& a, const Tensor& b, const Tensor& saliency = {}) const;

 private:
  CrossPadding padding_;
  MaskedLayers layers_;
};

// "PMAB": patch merging and masked layers. State: patch_merging, layers.
class PatchMergingAttention : public Module {
 public:
  PatchMergingAttention(Exec& exec, const MaskedBlocks& blocks);
  // x [N,2h,2w,C/2], saliency [N,2h,2w,1] -> [N,h,w,C]
  Tensor operator()(const Tensor& x, const Tensor& saliency) const;

 private:
  PatchMerging merging_;
  MaskedLayers layers_;
};

}  // namespace salix
