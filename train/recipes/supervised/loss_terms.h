// A loss as text, "bce,iou" or "bce#0.3,iou#0.5,bce_edge#0.2": SALOD's loss factory.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "train/recipes/supervised/loss_names.h"

namespace salix {

enum class MapType {
  kSal,   // a saliency map: learns from the target
  kEdge,  // a map of its contour: learns from edge_map(target)
};

struct WeightedLoss {
  NamedLoss loss;
  MapType type = MapType::kSal;
  double weight = 1;
  std::string label;  // "bce" or "bce_edge": what the log calls it
};

// Terms name[_type][#weight], separated by commas: a name of named_losses(), type sal (the
// default) or edge, any finite weight (by default 1).
// Errors    InvalidInput for an unknown name or type, more parts than these, a weight that is no
//           number, a term twice, no term, or none that has a gradient.
std::vector<WeightedLoss> parse_loss_terms(const std::string& text);

// What a network says of a batch, before the sigmoid; each [N,h,w,1], h and w its own.
struct LossMaps {
  std::vector<Tensor> sal, edge;
};

struct LossOfTerms {
  Tensor total;  // differentiable, one element
  // Per term its weight times the sum over its maps, one element, off the tape.
  std::vector<std::pair<std::string, Tensor>> terms;
};

// The sum over the terms and over all maps of a term's type, without weights per map. Maps are
// enlarged (half-pixel centres) to target [N,H,W,1]; SALOD's code crashes where sizes differ.
// epoch from 1.
// Errors    InvalidInput for maps that do not fit the target, and for a term of a type of which
//           the network has no map.
LossOfTerms loss_of_terms(const std::vector<WeightedLoss>& terms, const LossMaps& maps,
                          const Tensor& target, std::int64_t epoch);

}  // namespace salix
