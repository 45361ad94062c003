// The losses that a supervised training can be asked for by name.
#pragma once

#include <span>
#include <string_view>

#include "engine/tensor.h"

namespace salix {

struct NamedLoss {
  std::string_view name;
  // logits and target of one shape [N,H,W,1], target without gradient; epoch from 1. One element.
  Tensor (*of)(const Tensor& logits, const Tensor& target, std::int64_t epoch) = nullptr;
  bool has_gradient = true;
};

// SALOD's bce, ssim, dice, ctloss, fscore, mse, iou, structure, pr; what it has but cannot call,
// boundary_dice; F3Net's own structure loss, weighted_structure; and beside those partial_ce
// (target 0, 1, or 2 for unknown) and A2S-v2's edge, weighted_fscore, focal.
std::span<const NamedLoss> named_losses();

}  // namespace salix
