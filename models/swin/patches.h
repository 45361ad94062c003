// The two ways in which a Swin transformer makes tokens of pixels and fewer tokens of many.
#pragma once

#include "layers/modules/conv2d.h"
#include "layers/modules/layer_norm.h"

namespace salix {

// Each 4x4 patch of the image one token: a convolution and a norm. State: proj, norm.
class PatchEmbedding : public Module {
 public:
  static constexpr int kPatch = 4;
  PatchEmbedding(Exec& exec, std::int64_t channels);
  Tensor operator()(const Tensor& image) const;  // [N,H,W,3] -> [N,H/4,W/4,C]

 private:
  Conv2d project_;
  LayerNorm norm_;
};

// Each 2x2 tokens one of twice the channels. State: reduction.weight [2C,4C], norm [4C].
class PatchMerging : public Module {
 public:
  PatchMerging(Exec& exec, std::int64_t channels);
  // [N,H,W,C] -> [N,H/2,W/2,2C]. The four are read down first: (even row, even column), (odd,
  // even), (even, odd), (odd, odd).
  Tensor operator()(const Tensor& x) const;

  Tensor reduction;

 private:
  // A linear layer without a bias under the name `reduction`.
  struct Reduction : Module {
    explicit Reduction(Tensor& weight) { add_parameter("weight", weight); }
  };
  Reduction reduction_state_;
  LayerNorm norm_;
};

}  // namespace salix
