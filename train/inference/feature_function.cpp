#include "train/inference/feature_function.h"

#include <algorithm>

#include "layers/functional/concat.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/functional/unary.h"

namespace salix {
namespace {

Tensor as_row(const Tensor& x) { return x.reshape({x.dim(0), 1, 1, x.numel() / x.dim(0)}); }

// As published: the sigmoid of the enlarged logits.
Tensor probability_at(const Tensor& logits, std::int64_t side) {
  return sigmoid(logits.dim(1) == side ? logits : resize_bilinear(logits, side, side));
}

}  // namespace

SaliencyFunction FeatureFunction::function() {
  return {.logits = [this](const Tensor& image,
                           const Tensor& modality) { return packed(image, modality); },
          .needs_modality = network_.needs_modality()};
}

Tensor FeatureFunction::packed(const Tensor& image, const Tensor& modality) {
  Layout layout{.embedding = Shape{0}, .side = image.dim(1), .maps = {}};
  std::vector<Tensor> rows(1);
  for (const NamedOutput& output : network_.outputs(image, modality)) {
    if (output.kind == OutputKind::kFeatures) {
      layout.embedding = output.tensor.shape().with(0, 1);
      rows[0] = as_row(output.tensor);
    } else if (is_map(output.kind)) {
      layout.maps.push_back(output.name);
      rows.push_back(as_row(probability_at(output.tensor, layout.side)));
    }
  }
  SALIX_CHECK(rows[0].defined(), "features: ", network_.name(),
              " gives maps alone and no embedding to look at");
  if (layout_.side == 0) layout_ = layout;
  return concat(rows, 3);
}

Features FeatureFunction::unpacked(const HostValues& row) const {
  Features features;
  auto next = row.values.begin();
  const auto take = [&](std::int64_t count) {
    const auto begin = next;
    next += count;
    return begin;
  };
  const std::int64_t count = layout_.embedding.numel();
  features.embedding.shape = layout_.embedding;
  const auto first = take(count);
  features.embedding.values.assign(first, first + count);
  for (const std::string& name : layout_.maps) {
    const auto side = static_cast<int>(layout_.side);
    NamedMap& map = features.maps.emplace_back(NamedMap{name, data::FloatMap(side, side)});
    std::copy_n(take(layout_.side * layout_.side), map.map.values.size(), map.map.values.begin());
  }
  return features;
}

}  // namespace salix
