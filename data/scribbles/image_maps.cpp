#include "data/scribbles/image_maps.h"

#include <algorithm>
#include <cmath>

#include "data/image/edge_strength.h"
#include "data/image/gaussian_blur.h"
#include "data/image/graph_segmentation.h"
#include "data/image/resampling.h"
#include "data/image/resize_pillow.h"
#include "engine/error.h"

namespace salix::data {
namespace {

constexpr int kLongest = 400;          // pixels, at which both maps are made
constexpr float kRegionSigma = 0.8f;   // the paper's
constexpr float kContourSigma = 1.5f;  // fine texture is no contour
constexpr double kUsualPart = 0.99;    // of the pixels have less than full strength
constexpr float kLeastFull = 12.0f;    // levels per pixel: the noise of an even picture stays dark

void check_pair(const char* op, const Image& image, const Image& depth) {
  SALIX_CHECK(!image.empty() && image.channels == 3, op, ": the image must be RGB; got ",
              image.height, " x ", image.width, " x ", image.channels);
  SALIX_CHECK(depth.empty() || (depth.channels == 1 && depth.height == image.height &&
                                depth.width == image.width),
              op, ": depth must be grey, of the image's size ", image.height, " x ", image.width,
              "; got ", depth.height, " x ", depth.width, " x ", depth.channels);
}

Image reduced(const Image& image) {
  const int longest = std::max(image.height, image.width);
  if (longest <= kLongest) return image;
  const auto side = [&](int size) {
    return std::max(1, static_cast<int>(std::lround(1.0 * size * kLongest / longest)));
  };
  return resize_bilinear_pillow(image, side(image.height), side(image.width));
}

std::vector<FloatMap> smoothed_channels(const Image& image, float sigma) {
  std::vector<FloatMap> channels;
  for (int c = 0; c < image.channels; ++c)
    channels.push_back(gaussian_blur(channel_map(image, c), sigma));
  return channels;
}

// 0..255.
FloatMap relative_strength(const Image& picture) {
  FloatMap strength = gradient_strength(smoothed_channels(reduced(picture), kContourSigma));
  const float full = std::max(quantile(strength, kUsualPart), kLeastFull);
  for (float& value : strength.values) value *= 255.0f / full;
  return strength;
}

}  // namespace

Image region_map(const Image& image, const Image& depth) {
  check_pair("region_map", image, depth);
  std::vector<FloatMap> channels = smoothed_channels(reduced(image), kRegionSigma);
  if (!depth.empty())
    channels.push_back(gaussian_blur(channel_map(reduced(depth), 0), kRegionSigma));
  const Image ids = graph_segmentation(channels, {.most_regions = kMostRegions});
  return resize_nearest_floor(ids, image.height, image.width);
}

Image contour_map(const Image& image, const Image& depth) {
  check_pair("contour_map", image, depth);
  FloatMap strength = relative_strength(image);
  if (!depth.empty()) {
    const FloatMap of_depth = relative_strength(depth);
    for (std::size_t k = 0; k < strength.values.size(); ++k)
      strength.values[k] += of_depth.values[k];
  }
  Image contours(strength.height, strength.width, 1);
  std::transform(strength.values.begin(), strength.values.end(), contours.pixels.begin(),
                 [](float v) { return static_cast<std::uint8_t>(std::min(v + 0.5f, 255.0f)); });
  return resize_bilinear_pillow(contours, image.height, image.width);
}

}  // namespace salix::data
