#include "models/sfnet/cross_padding.h"

#include "engine/text.h"
#include "layers/functional/concat.h"
#include "layers/functional/permute.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/functional/slice.h"

namespace salix {
namespace {

// [N,h,w,2C] -> [N,h,w,2,C]: even channels, odd channels.
Tensor by_parity(const Tensor& x) {
  return permute(x.reshape({x.dim(0), x.dim(1), x.dim(2), x.dim(3) / 2, 2}), {0, 1, 2, 4, 3});
}

}  // namespace

CrossPadding::CrossPadding(Exec& exec, std::int64_t channels) : norm_(exec, channels) {
  add_module("norm", norm_);
}

Tensor CrossPadding::operator()(const Tensor& a, const Tensor& b) const {
  SALIX_CHECK(a.rank() == 4 && a.shape() == b.shape() && a.dim(3) % 2 == 0,
              "CrossPadding: needs two maps [N,h,w,2C] of one shape; got ", a.shape(), " and ",
              b.shape());
  const std::int64_t channels = a.dim(3) / 2;
  const Tensor from_a = by_parity(a), from_b = by_parity(b);
  const auto even = [](const Tensor& x) { return slice(x, 3, 0, 1); };
  const auto odd = [](const Tensor& x) { return slice(x, 3, 1, 1); };
  const Tensor four = concat({even(from_a), even(from_b), odd(from_b), odd(from_a)}, 3);
  const Tensor pixels = four.reshape({a.dim(0), a.dim(1), a.dim(2), 2, 2, channels});
  return norm_(permute(pixels, {0, 1, 3, 2, 4, 5})
                   .reshape({a.dim(0), 2 * a.dim(1), 2 * a.dim(2), channels}));
}

MaskedLayers::MaskedLayers(Exec& exec, const MaskedBlocks& wanted) {
  for (std::size_t i = 0; i < wanted.drop_path.size(); ++i) {
    blocks_.push_back(std::make_unique<SwinBlock>(
        exec, SwinBlockOptions{.channels = wanted.channels,
                               .heads = wanted.heads,
                               .grid = wanted.grid,
                               .shift = i % 2 == 1 ? SwinBlock::kWindow / 2 : 0,
                               .drop_path = wanted.drop_path[i]}));
    add_module(str("layers.", i, ".w_attn"), *blocks_.back());
  }
}

Tensor MaskedLayers::operator()(Tensor x, const Tensor& saliency) const {
  for (const auto& block : blocks_) x = (*block)(x, saliency);
  return x;
}

CrossPaddingAttention::CrossPaddingAttention(Exec& exec, const MaskedBlocks& blocks)
    : padding_(exec, blocks.channels), layers_(exec, blocks) {
  add_module("cross_padding", padding_);
  add_module("", layers_);
}

Tensor CrossPaddingAttention::operator()(const Tensor& a, const Tensor& b,
                                         const Tensor& saliency) const {
  return layers_(padding_(a, b), saliency);
}

PatchMergingAttention::PatchMergingAttention(Exec& exec, const MaskedBlocks& blocks)
    : merging_(exec, blocks.channels / 2), layers_(exec, blocks) {
  add_module("patch_merging", merging_);
  add_module("", layers_);
}

Tensor PatchMergingAttention::operator()(const Tensor& x, const Tensor& saliency) const {
  const Tensor merged = merging_(x);
  return layers_(merged, resize_bilinear(saliency, merged.dim(1), merged.dim(2)));
}

}  // namespace salix
