// Whose weights a file holds: a line for the user, from names and containers alone.
#pragma once

#include <string>

#include "engine/io/weights.h"

namespace salix {

struct WeightsDialect {
  std::string publisher;  // "MoCo v1 or v2", "torchvision", "a2s"; "" when nothing is recognised
  std::string container;  // where in the file: "state_dict"; "" for the file itself
  std::string prefix;     // before the names that a network knows: "module.encoder_q."
  std::string
      content;  // "the encoder of a ResNet-50", "the whole network", "no network known here"
};

WeightsDialect recognise(const io::Weights& weights);

// "looks like MoCo v1 or v2: the encoder of a ResNet-50, behind 'module.encoder_q.', in
// 'state_dict' (not taken: 'ema')".
std::string in_words(const io::Weights& weights);

}  // namespace salix
