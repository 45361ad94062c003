#include "train/inference/embedding_colours.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "engine/error.h"
#include "train/inference/symmetric_eigen.h"

namespace salix {
namespace {

constexpr double kLeastLength = 1e-12;
constexpr std::size_t kColours = 3;

// Vectors [rows,C] of length 1.
std::vector<double> unit_vectors(std::span<const float> values, std::size_t channels) {
  std::vector<double> units(values.begin(), values.end());
  for (std::size_t first = 0; first < units.size(); first += channels) {
    double squares = 0.0;
    for (std::size_t c = 0; c < channels; ++c) squares += units[first + c] * units[first + c];
    SALIX_CHECK(std::isfinite(squares), "embedding_colours: all values must be finite");
    const double length = std::max(std::sqrt(squares), kLeastLength);
    for (std::size_t c = 0; c < channels; ++c) units[first + c] /= length;
  }
  return units;
}

// sum over the rows of (x - mean) (x - mean)^T, on and above the diagonal.
std::vector<double> scatter_matrix(const std::vector<double>& vectors, std::size_t channels) {
  const std::size_t count = vectors.size() / channels;
  const auto rows = static_cast<double>(count);
  std::vector<double> mean(channels, 0.0), scatter(channels * channels, 0.0), centred(channels);
  for (std::size_t k = 0; k < vectors.size(); ++k) mean[k % channels] += vectors[k] / rows;
  for (std::size_t first = 0; first < vectors.size(); first += channels) {
    for (std::size_t c = 0; c < channels; ++c) centred[c] = vectors[first + c] - mean[c];
    for (std::size_t a = 0; a < channels; ++a)
      for (std::size_t b = a; b < channels; ++b)
        scatter[a * channels + b] += centred[a] * centred[b];
  }
  return scatter;
}

void turn_to_convention(std::vector<double>& direction) {
  const auto greatest =
      std::max_element(direction.begin(), direction.end(),
                       [](double a, double b) { return std::abs(a) < std::abs(b); });
  if (*greatest >= 0.0) return;
  for (double& component : direction) component = -component;
}

// From least to greatest value to 0..255, in every third place of `pixels`.
void write_channel(const std::vector<double>& values, std::size_t channel,
                   std::vector<std::uint8_t>& pixels) {
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  const double range = *greatest - *least;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double part = range > 0.0 ? (values[k] - *least) / range : 0.0;
    pixels[kColours * k + channel] = static_cast<std::uint8_t>(255.0 * part);
  }
}

data::Image picture_of(std::span<const double> units, std::size_t channels, int height, int width,
                       const PrincipalDirections& principal) {
  data::Image picture(height, width, static_cast<int>(kColours));
  std::vector<double> projected(units.size() / channels);
  for (std::size_t colour = 0; colour < kColours; ++colour) {
    const std::vector<double>& direction = principal.directions[colour];
    for (std::size_t k = 0; k < projected.size(); ++k) {
      projected[k] = 0.0;
      for (std::size_t c = 0; c < channels; ++c)
        projected[k] += units[k * channels + c] * direction[c];
    }
    write_channel(projected, colour, picture.pixels);
  }
  return picture;
}

}  // namespace

PrincipalDirections principal_directions(const std::vector<double>& vectors, int channels) {
  SALIX_CHECK(
      channels >= 1 && !vectors.empty() && vectors.size() % static_cast<std::size_t>(channels) == 0,
      "principal_directions: vectors of ", channels, " channels are needed; got ", vectors.size(),
      " values");
  SymmetricEigen eigen =
      symmetric_eigen(scatter_matrix(vectors, static_cast<std::size_t>(channels)), channels);
  PrincipalDirections principal{.singular_values = {}, .directions = std::move(eigen.vectors)};
  for (const double value : eigen.values)
    principal.singular_values.push_back(std::sqrt(std::max(value, 0.0)));
  for (std::vector<double>& direction : principal.directions) turn_to_convention(direction);
  return principal;
}

std::vector<data::Image> embedding_colours(const HostValues& embedding, DirectionsOf of) {
  const Shape& shape = embedding.shape;
  SALIX_CHECK(shape.rank() == 4 && shape[3] >= static_cast<std::int64_t>(kColours) &&
                  shape.numel() > 0 &&
                  embedding.values.size() == static_cast<std::size_t>(shape.numel()),
              "embedding_colours: an embedding [N,h,w,C] of at least 3 channels is needed; got ",
              shape, " and ", embedding.values.size(), " values");
  const auto channels = static_cast<std::size_t>(shape[3]);
  const std::vector<double> units = unit_vectors(embedding.values, channels);
  const std::size_t per_image = units.size() / static_cast<std::size_t>(shape[0]);
  PrincipalDirections principal;
  if (of == DirectionsOf::kBatch)
    principal = principal_directions(units, static_cast<int>(channels));
  std::vector<data::Image> pictures;
  for (std::size_t first = 0; first < units.size(); first += per_image) {
    const auto begin = units.begin() + static_cast<std::ptrdiff_t>(first);
    const std::vector<double> own(begin, begin + static_cast<std::ptrdiff_t>(per_image));
    if (of == DirectionsOf::kEachImage)
      principal = principal_directions(own, static_cast<int>(channels));
    pictures.push_back(picture_of(own, channels, static_cast<int>(shape[1]),
                                  static_cast<int>(shape[2]), principal));
  }
  return pictures;
}

}  // namespace salix
