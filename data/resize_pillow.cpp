#include "data/resize_pillow.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/error.h"
#include "engine/parallel.h"

namespace salix::data {
namespace {

constexpr int kFractionBits = 22;  // Pillow's: 32 bits less 8 for the pixel and 2 for the sign
constexpr std::int32_t kHalf = 1 << (kFractionBits - 1);

// Keys' cubic convolution kernel with a = -0.5, in Pillow's order of operations.
double bicubic(double t) {
  constexpr double a = -0.5;
  t = std::abs(t);
  if (t < 1.0) return ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0;
  if (t < 2.0) return (((t - 5.0) * t + 8.0) * t - 4.0) * a;
  return 0.0;
}

// For output i: the sources [first[i], first[i] + count[i]) and their integer weights,
// at weights[i * taps].
struct Axis {
  int taps = 0;
  std::vector<int> first;
  std::vector<int> count;
  std::vector<std::int32_t> weights;
};

Axis bicubic_axis(int in_size, int out_size) {
  const double scale = static_cast<double>(in_size) / out_size;
  const double filter_scale = std::max(scale, 1.0);
  const double support = 2.0 * filter_scale;
  Axis axis;
  axis.taps = static_cast<int>(std::ceil(support)) * 2 + 1;
  axis.first.resize(out_size);
  axis.count.resize(out_size);
  axis.weights.assign(static_cast<std::size_t>(out_size) * axis.taps, 0);
  std::vector<double> exact(axis.taps);
  for (int i = 0; i < out_size; ++i) {
    const double centre = (i + 0.5) * scale;
    const int lo = std::max(0, static_cast<int>(centre - support + 0.5));
    const int hi = std::min(in_size, static_cast<int>(centre + support + 0.5));
    double sum = 0.0;
    for (int k = 0; k < hi - lo; ++k) {
      exact[k] = bicubic((k + lo - centre + 0.5) * (1.0 / filter_scale));
      sum += exact[k];
    }
    for (int k = 0; k < hi - lo; ++k) {
      const double weight = exact[k] / sum * (1 << kFractionBits);
      axis.weights[static_cast<std::size_t>(i) * axis.taps + k] =
          static_cast<std::int32_t>(weight < 0.0 ? weight - 0.5 : weight + 0.5);
    }
    axis.first[i] = lo;
    axis.count[i] = hi - lo;
  }
  return axis;
}

std::uint8_t to_pixel(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kFractionBits, 0, 255));
}

// One output row. The row is widened to 32 bits first, RGB to four lanes, so that a tap is
// one load, one multiplication and one addition of a whole pixel.
template <int kChannels>
void resize_row(const std::uint8_t* in, int in_width, const Axis& axis,
                std::vector<std::int32_t>& wide, std::uint8_t* out, int out_width) {
  constexpr int kLanes = kChannels == 1 ? 1 : 4;
  for (int j = 0; j < in_width; ++j)
    for (int c = 0; c < kChannels; ++c) wide[j * kLanes + c] = in[j * kChannels + c];
  for (int j = 0; j < out_width; ++j) {
    const std::int32_t* source = wide.data() + axis.first[j] * kLanes;
    const std::int32_t* weight = axis.weights.data() + static_cast<std::size_t>(j) * axis.taps;
    std::int32_t sum[kLanes];
    for (int c = 0; c < kLanes; ++c) sum[c] = kHalf;
    for (int k = 0; k < axis.count[j]; ++k)
      for (int c = 0; c < kLanes; ++c) sum[c] += weight[k] * source[k * kLanes + c];
    for (int c = 0; c < kChannels; ++c) out[j * kChannels + c] = to_pixel(sum[c]);
  }
}

Image resize_width(const Image& image, int width) {
  const Axis axis = bicubic_axis(image.width, width);
  Image out(image.height, width, image.channels);
  const std::int64_t row_work = std::int64_t{width} * image.channels * axis.taps;
  parallel_for(image.height, grain_for(row_work), [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::int32_t> wide(static_cast<std::size_t>(image.width) * 4);
    for (int i = static_cast<int>(begin); i < end; ++i) {
      if (image.channels == 1)
        resize_row<1>(image.row(i), image.width, axis, wide, out.row(i), width);
      else
        resize_row<3>(image.row(i), image.width, axis, wide, out.row(i), width);
    }
  });
  return out;
}

Image resize_height(const Image& image, int height) {
  const Axis axis = bicubic_axis(image.height, height);
  Image out(height, image.width, image.channels);
  const std::size_t row_size = image.row_size();
  const std::int64_t row_work = static_cast<std::int64_t>(row_size) * axis.taps;
  parallel_for(height, grain_for(row_work), [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::int32_t> sums(row_size);
    for (int i = static_cast<int>(begin); i < end; ++i) {
      std::fill(sums.begin(), sums.end(), kHalf);
      std::int32_t* sum = sums.data();
      for (int k = 0; k < axis.count[i]; ++k) {
        const std::int32_t weight = axis.weights[static_cast<std::size_t>(i) * axis.taps + k];
        const std::uint8_t* source = image.row(axis.first[i] + k);
        for (std::size_t j = 0; j < row_size; ++j) sum[j] += weight * source[j];
      }
      std::uint8_t* target = out.row(i);
      for (std::size_t j = 0; j < row_size; ++j) target[j] = to_pixel(sum[j]);
    }
  });
  return out;
}

void check_request(const char* op, const Image& image, int height, int width) {
  SALIX_CHECK(image.height > 0 && image.width > 0 && height > 0 && width > 0, op,
              ": sizes must be positive; got ", image.height, " x ", image.width, " to ", height,
              " x ", width);
}

// Source index per output index, accumulated as Pillow does.
std::vector<int> nearest_axis(int in_size, int out_size) {
  const double scale = static_cast<double>(in_size) / out_size;
  std::vector<int> source(out_size);
  double position = scale * 0.5;
  for (int& index : source) {
    index = std::min(static_cast<int>(position), in_size - 1);
    position += scale;
  }
  return source;
}

}  // namespace

Image resize_bicubic_pillow(const Image& image, int height, int width) {
  check_request("resize_bicubic_pillow", image, height, width);
  SALIX_CHECK(image.channels == 1 || image.channels == 3,
              "resize_bicubic_pillow: images have 1 or 3 channels; got ", image.channels);
  if (height == image.height && width == image.width) return image;
  if (width == image.width) return resize_height(image, height);
  Image narrow = resize_width(image, width);
  return height == image.height ? narrow : resize_height(narrow, height);
}

Image resize_nearest_pillow(const Image& image, int height, int width) {
  check_request("resize_nearest_pillow", image, height, width);
  if (height == image.height && width == image.width) return image;
  const std::vector<int> rows = nearest_axis(image.height, height);
  const std::vector<int> columns = nearest_axis(image.width, width);
  Image out(height, width, image.channels);
  for (int i = 0; i < height; ++i)
    for (int j = 0; j < width; ++j)
      std::memcpy(out.at(i, j), image.at(rows[i], columns[j]),
                  static_cast<std::size_t>(image.channels));
  return out;
}

}  // namespace salix::data
