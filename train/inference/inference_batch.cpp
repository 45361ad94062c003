#include "train/inference/inference_batch.h"

#include <algorithm>

#include "engine/autograd/tape.h"
#include "layers/functional/unary.h"

namespace salix {
namespace {

Shape batch_shape(const std::vector<InferenceItem*>& items) {
  const Shape& one = items.front()->image.shape;
  for (const InferenceItem* item : items) {
    SALIX_CHECK(item->image.shape == one,
                "inference: the images of one batch must have one shape; got ", one, " and ",
                item->image.shape);
  }
  return one.with(0, one[0] * static_cast<std::int64_t>(items.size()));
}

// One after the other; zeros for an item without values.
data::HostBuffer joined(const std::vector<InferenceItem*>& items, HostValues InferenceItem::*part,
                        const Shape& shape, const data::HostMemory& memory) {
  data::HostBuffer buffer(static_cast<std::size_t>(shape.numel()), memory);
  const std::size_t per_item = buffer.size() / items.size();
  for (std::size_t k = 0; k < items.size(); ++k) {
    const std::span<float> place = buffer.span().subspan(k * per_item, per_item);
    const std::vector<float>& values = (items[k]->*part).values;
    if (values.empty()) {
      std::fill(place.begin(), place.end(), 0.0f);
      continue;
    }
    SALIX_CHECK(values.size() == per_item, "inference: a batch of ", shape, " has room for ",
                per_item, " values of each item; got ", values.size());
    std::copy(values.begin(), values.end(), place.begin());
  }
  return buffer;
}

// A modality of another shape than the image is the network's to refuse.
Shape modality_shape(const std::vector<InferenceItem*>& items, const Shape& images) {
  const HostValues& modality = items.front()->modality;
  return items.size() > 1 || modality.values.empty() ? images : modality.shape;
}

bool any_wants(const std::vector<InferenceItem*>& items, bool InferenceItem::*what) {
  return std::any_of(items.begin(), items.end(),
                     [&](const InferenceItem* item) { return item->*what; });
}

}  // namespace

InferenceBatch::InferenceBatch(Exec& exec, const SaliencyFunction& network,
                               std::vector<InferenceItem*> items, const data::HostMemory& staging)
    : items_(std::move(items)) {
  const NoGrad no_grad(exec);
  const Shape shape = batch_shape(items_);
  image_ = joined(items_, &InferenceItem::image, shape, staging);
  Tensor modality;
  if (network.needs_modality) {
    const Shape second = modality_shape(items_, shape);
    modality_ = joined(items_, &InferenceItem::modality, second, staging);
    modality = Tensor::upload(exec, modality_.span(), second);
  }
  const Tensor logits = network.logits(Tensor::upload(exec, image_.span(), shape), modality);
  shape_ = logits.shape();
  if (any_wants(items_, &InferenceItem::wants_map)) probability_ = Fetch(sigmoid(logits));
  if (any_wants(items_, &InferenceItem::wants_logits)) logits_ = Fetch(logits);
}

void InferenceBatch::receive() {
  const std::vector<double> maps = probability_.values(), logits = logits_.values();
  const std::int64_t images = shape_[0] / static_cast<std::int64_t>(items_.size());  // of an item
  const std::int64_t per_item = shape_.numel() / static_cast<std::int64_t>(items_.size());
  for (std::size_t k = 0; k < items_.size(); ++k) {
    InferenceItem& item = *items_[k];
    const std::int64_t first = static_cast<std::int64_t>(k) * per_item;
    if (item.wants_map) {
      item.map = data::FloatMap(static_cast<int>(shape_[1] * images), static_cast<int>(shape_[2]));
      std::copy_n(maps.begin() + first, per_item, item.map.values.begin());
    }
    if (item.wants_logits) {
      item.logits = {shape_.with(0, images),
                     {logits.begin() + first, logits.begin() + first + per_item}};
    }
  }
}

}  // namespace salix
