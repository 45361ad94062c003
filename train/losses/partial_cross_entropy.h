// Cross entropy over the pixels whose label is known: for scribbles.
#pragma once

#include "engine/tensor.h"

namespace salix {

struct PartialCrossEntropyParams {
  // DHFR hands the probabilities (1 - Q, Q) to a softmax that expects logits, which bounds a
  // pixel's loss to 0.3133..1.3133 and keeps every gradient soft; its training is defined so.
  // false: the cross entropy of Q itself.
  bool probabilities_as_logits = true;
};

// mean over foreground of softplus(-z) + mean over background of softplus(z), each over its own
// pixels of the batch; z = 2Q - 1 with Q = sigmoid(logits), or z = logits. A batch without
// foreground (or background) adds 0 there, with no gradient; DHFR's code divides 0 by 0. logits
// and label of one shape and type; label 0, 1, or anything else for unknown; one element.
// Over several ranks (Ranks in engine/comm) each divides by the mean number of pixels per rank, so
// that the mean of the ranks' losses is the loss of all their maps as one batch.
Tensor partial_cross_entropy(const Tensor& logits, const Tensor& label,
                             PartialCrossEntropyParams params = {});

}  // namespace salix
