#include "train/recipes/scribble/panels.h"

#include <algorithm>
#include <cmath>

#include "data/drawing/voc_colours.h"
#include "data/image/resampling.h"
#include "train/inference/embedding_colours.h"

namespace salix {
namespace {

// Values of the batch [N,S,S,C] on the host.
struct Plane {
  explicit Plane(const Tensor& tensor)
      : values(tensor.detach().to_vector<float>()),
        side(static_cast<int>(tensor.dim(1))),
        channels(static_cast<int>(tensor.dim(3))) {}
  std::size_t per_image() const {
    return static_cast<std::size_t>(side) * static_cast<std::size_t>(side) *
           static_cast<std::size_t>(channels);
  }
  std::span<const float> image(std::size_t n) const {
    return std::span(values).subspan(n * per_image(), per_image());
  }
  std::vector<float> values;
  int side, channels;
};

std::uint8_t level(float value) {
  return static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0f, 1.0f)));
}

// From low..high to 0..255; grey is replicated.
data::Image stretched(std::span<const float> values, int side, int channels, float low,
                      float high) {
  data::Image image(side, side, 3);
  const float scale = high > low ? 1 / (high - low) : 0;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const std::size_t from = channels == 3 ? i : i / 3;
    image.pixels[i] = level((values[from] - low) * scale);
  }
  return image;
}

data::Image in_own_range(const Plane& plane, std::size_t n) {
  const auto [low, high] = std::ranges::minmax(plane.values);
  return stretched(plane.image(n), plane.side, plane.channels, low, high);
}

data::Image in_unit_range(const Plane& plane, std::size_t n) {
  return stretched(plane.image(n), plane.side, plane.channels, 0, 1);
}

data::Image probabilities(const Plane& logits, std::size_t n) {
  std::vector<float> values(logits.image(n).begin(), logits.image(n).end());
  for (float& value : values) value = 1 / (1 + std::exp(-value));
  return stretched(values, logits.side, 1, 0, 1);
}

data::Image in_voc_colours(const Plane& labels, std::size_t n) {
  data::Image ids(labels.side, labels.side, 1);
  const std::span<const float> values = labels.image(n);
  std::ranges::transform(values, ids.pixels.begin(),
                         [](float id) { return static_cast<std::uint8_t>(id); });
  return data::label_colours(ids);
}

// Tiles of one size, row by row.
data::Image grid_of(const std::vector<std::vector<data::Image>>& rows) {
  const data::Image& first = rows.front().front();
  const auto columns = static_cast<int>(rows.front().size());
  data::Image grid(first.height * static_cast<int>(rows.size()), first.width * columns, 3);
  const auto row_bytes = static_cast<std::size_t>(first.width) * 3;
  auto to = grid.pixels.begin();
  for (const std::vector<data::Image>& row : rows) {
    for (int y = 0; y < first.height; ++y) {
      for (const data::Image& tile : row) {
        const auto from = tile.pixels.begin() + static_cast<std::ptrdiff_t>(y * row_bytes);
        to = std::copy_n(from, row_bytes, to);
      }
    }
  }
  return grid;
}

}  // namespace

PictureMaker panels_of(const StepInput& input, const std::string& modality, const TwoPasses& seen) {
  const Tensor contour_label = input.has("contour") ? input["contour"] : Tensor();
  return [image = input["image"], depth = input[modality], contour_label,
          semantic = input["semantic"], instance = input["instance"],
          saliency = seen.maps.front().detach(),
          contour = seen.contour.defined() ? seen.contour.detach() : Tensor(),
          embedding = seen.embedding.detach()] {
    const Plane images(image), depths(depth), scribbles(semantic), regions(instance);
    const Plane maps(saliency);
    const std::vector<data::Image> colours =
        embedding_colours({embedding.shape(), embedding.to_vector<float>()}, DirectionsOf::kBatch);
    std::vector<std::vector<data::Image>> rows;
    for (std::size_t n = 0; n < static_cast<std::size_t>(image.dim(0)); ++n) {
      std::vector<data::Image>& row = rows.emplace_back();
      row.push_back(in_own_range(images, n));
      row.push_back(in_own_range(depths, n));
      if (contour_label.defined()) row.push_back(in_unit_range(Plane(contour_label), n));
      row.push_back(in_voc_colours(scribbles, n));
      row.push_back(in_voc_colours(regions, n));
      row.push_back(probabilities(maps, n));
      if (contour.defined()) row.push_back(probabilities(Plane(contour), n));
      row.push_back(data::resize_nearest_floor(colours[n], images.side, images.side));
    }
    return std::vector<LoggedPicture>{{"panels", grid_of(rows)}};
  };
}

}  // namespace salix
