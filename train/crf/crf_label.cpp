#include "train/crf/crf_label.h"

#include "data/image/median_filter.h"
#include "data/image/normalize.h"
#include "data/image/otsu.h"
#include "engine/error.h"

namespace salix {

namespace {
constexpr int kMedianSize = 7;
}

data::Image otsu_labels(const data::FloatMap& probability) {
  const data::Image grey = data::to_uint8_truncated(probability);
  return data::above_threshold(grey, data::otsu_threshold(grey));
}

data::Image crf_label(Exec& exec, const data::FloatMap& probability,
                      std::span<const float> normalized_image, const DenseCrfParams& params) {
  const std::size_t pixels = probability.values.size();
  SALIX_CHECK(pixels > 0 && normalized_image.size() == 3 * pixels,
              "crf_label: the normalised image must have three values per pixel of the map; got ",
              normalized_image.size(), " values for a map of ", probability.height, " x ",
              probability.width);
  const data::Image guide =
      data::denormalize_rgb(normalized_image, probability.height, probability.width);
  const DenseCrfResult refined = dense_crf(exec, guide, otsu_labels(probability), params);
  return data::median_filter_binary(refined.labels, kMedianSize);
}

}  // namespace salix
