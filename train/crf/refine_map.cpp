#include "train/crf/refine_map.h"

#include <algorithm>
#include <vector>

#include "data/image/median_filter.h"
#include "data/image/normalize.h"
#include "data/image/resize_opencv.h"
#include "data/image/resize_pillow.h"
#include "engine/error.h"
#include "train/crf/crf_label.h"

namespace salix {
namespace {

data::Image network_guide(const data::Image& image, int size) {
  const data::Image resized = data::resize_bicubic_pillow(image, size, size);
  std::vector<float> input(resized.pixels.size());
  data::normalize_rgb(resized, input);
  return data::denormalize_rgb(input, size, size);
}

data::FloatMap probability_of(const data::Image& map, int height, int width) {
  data::FloatMap values(map.height, map.width);
  std::transform(map.pixels.begin(), map.pixels.end(), values.values.begin(),
                 [](std::uint8_t v) { return static_cast<float>(v) / 255.0f; });
  const bool fits = map.height == height && map.width == width;
  return fits ? values : data::resize_bilinear_opencv(values, height, width);
}

data::Image half_labels(const data::FloatMap& map) {
  data::Image labels(map.height, map.width, 1);
  std::transform(map.values.begin(), map.values.end(), labels.pixels.begin(),
                 [](float p) { return static_cast<std::uint8_t>(p > 0.5f ? 1 : 0); });
  return labels;
}

}  // namespace

RefinedMap refine_map(Exec& exec, const data::Image& image, const data::Image& map,
                      const RefineOptions& options) {
  SALIX_CHECK(options.size >= 0, "refine_map: the size must not be negative; got ", options.size);
  SALIX_CHECK(map.channels == 1, "refine_map: the map must be grey; got ", map.channels,
              " channels");
  const data::Image guide = options.size > 0 ? network_guide(image, options.size) : image;
  const data::FloatMap start = probability_of(map, guide.height, guide.width);
  DenseCrfResult crf =
      dense_crf(exec, guide, options.otsu ? otsu_labels(start) : half_labels(start), options.crf);
  RefinedMap refined{data::median_filter_binary(crf.labels, options.median),
                     std::move(crf.probability)};
  if (options.size > 0) {
    refined.labels = data::resize_bilinear_opencv(refined.labels, image.height, image.width);
  }
  for (std::uint8_t& value : refined.labels.pixels) value = value != 0 ? 255 : 0;
  return refined;
}

}  // namespace salix
