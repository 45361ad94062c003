#include "data/image/resize_pillow.h"

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

double triangle(double t) {
  t = std::abs(t);
  return t < 1.0 ? 1.0 - t : 0.0;
}

struct Filter {
  double (*weight)(double t);
  double support;  // where the weight becomes 0
};
constexpr Filter kBicubic{bicubic, 2.0}, kBilinear{triangle, 1.0};

// For output i: the sources [first[i], first[i] + count[i]) and their integer weights,
// at weights[i * taps].
struct Axis {
  int taps = 0;
  std::vector<int> first;
  std::vector<int> count;
  std::vector<std::int32_t> weights;
};

Axis axis_of(int in_size, int out_size, const Filter& filter) {
  const double scale = static_cast<double>(in_size) / out_size;
  const double filter_scale = std::max(scale, 1.0);
  const double support = filter.support * filter_scale;
  Axis axis;
  axis.taps = static_cast<int>(std::ceil(support)) * 2 + 1;
  axis.first.resize(out_size);
  axis.count.resize(out_size);
  axis.weights.assign(static_cast<std::size_t>(out_size) * axis.taps, 0);
  std::vector<double> exact(axis.taps);
  for (int i = 0; i < out_size; ++i) {
    const double centre = (i + 0.5) * scale;
    const int lo = std::max(0, static_cast<int>(std::trunc(centre - support + 0.5)));
    const int hi = std::min(in_size, static_cast<int>(std::trunc(centre + support + 0.5)));
    double sum = 0.0;
    for (int k = 0; k < hi - lo; ++k) {
      exact[k] = filter.weight((k + lo - centre + 0.5) * (1.0 / filter_scale));
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

// Eight 32-bit lanes hold one pixel of two RGB rows (each padded to four) or of eight grey
// rows, so that a tap is one multiplication and addition of all. A vector type, because
// g++ 12 keeps an array's sums in memory: 0.46 ms instead of 0.76 for 300x400 to 300x320.
constexpr int kLanes = 8;
using Lanes = std::int32_t __attribute__((vector_size(kLanes * sizeof(std::int32_t))));

template <int kChannels>
void resize_rows(const Image& image, int first_row, const Axis& axis, std::vector<Lanes>& wide,
                 Image& out) {
  constexpr int kStride = kChannels == 1 ? 1 : 4;
  const int rows = std::min(kLanes / kStride, image.height - first_row);
  for (int r = 0; r < rows; ++r) {
    const std::uint8_t* in = image.row(first_row + r);
    for (int j = 0; j < image.width; ++j, in += kChannels)
      for (int c = 0; c < kChannels; ++c) wide[j][r * kStride + c] = in[c];
  }
  for (int j = 0; j < out.width; ++j) {
    const Lanes* source = wide.data() + axis.first[j];
    const std::int32_t* weight = axis.weights.data() + static_cast<std::size_t>(j) * axis.taps;
    Lanes sum = Lanes{} + kHalf;
    for (int k = 0; k < axis.count[j]; ++k) sum += source[k] * weight[k];
    sum >>= kFractionBits;
    sum = sum < 0 ? Lanes{} : sum;
    sum = sum > 255 ? Lanes{} + 255 : sum;
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < kChannels; ++c)
        out.at(first_row + r, j)[c] = static_cast<std::uint8_t>(sum[r * kStride + c]);
  }
}

Image resize_width(const Image& image, int width, const Filter& filter) {
  const Axis axis = axis_of(image.width, width, filter);
  Image out(image.height, width, image.channels);
  const int rows = image.channels == 1 ? kLanes : kLanes / 4;
  const std::int64_t strips = (image.height + rows - 1) / rows;
  const std::int64_t strip_work = std::int64_t{width} * image.channels * axis.taps * rows;
  parallel_for(strips, grain_for(strip_work), [&](std::int64_t begin, std::int64_t end) {
    std::vector<Lanes> wide(static_cast<std::size_t>(image.width));
    for (int strip = static_cast<int>(begin); strip < end; ++strip) {
      if (image.channels == 1)
        resize_rows<1>(image, strip * rows, axis, wide, out);
      else
        resize_rows<3>(image, strip * rows, axis, wide, out);
    }
  });
  return out;
}

// One output row from its source rows. Columns go in blocks whose sums stay in registers
// over all taps.
void resize_column(const Image& image, const Axis& axis, int i, std::uint8_t* target) {
  constexpr std::size_t kBlock = 64;
  const std::int32_t* weight = axis.weights.data() + static_cast<std::size_t>(i) * axis.taps;
  std::int32_t sum[kBlock];
  for (std::size_t j = 0; j < image.row_size(); j += kBlock) {
    const std::size_t count = std::min(kBlock, image.row_size() - j);
    std::fill_n(sum, kBlock, kHalf);
    for (int k = 0; k < axis.count[i]; ++k) {
      const std::uint8_t* source = image.row(axis.first[i] + k) + j;
      if (count == kBlock)
        for (std::size_t l = 0; l < kBlock; ++l) sum[l] += weight[k] * source[l];
      else
        for (std::size_t l = 0; l < count; ++l) sum[l] += weight[k] * source[l];
    }
    for (std::size_t l = 0; l < count; ++l) target[j + l] = to_pixel(sum[l]);
  }
}

Image resize_height(const Image& image, int height, const Filter& filter) {
  const Axis axis = axis_of(image.height, height, filter);
  Image out(height, image.width, image.channels);
  const std::int64_t row_work = static_cast<std::int64_t>(image.row_size()) * axis.taps;
  parallel_for(height, grain_for(row_work), [&](std::int64_t begin, std::int64_t end) {
    for (int i = static_cast<int>(begin); i < end; ++i) resize_column(image, axis, i, out.row(i));
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

Image resize_smoothly(const char* op, const Image& image, int height, int width,
                      const Filter& filter) {
  check_request(op, image, height, width);
  SALIX_CHECK(image.channels == 1 || image.channels == 3, op, ": images have 1 or 3 channels; got ",
              image.channels);
  if (height == image.height && width == image.width) return image;
  if (width == image.width) return resize_height(image, height, filter);
  Image narrow = resize_width(image, width, filter);
  return height == image.height ? narrow : resize_height(narrow, height, filter);
}

}  // namespace

Image resize_bicubic_pillow(const Image& image, int height, int width) {
  return resize_smoothly("resize_bicubic_pillow", image, height, width, kBicubic);
}

Image resize_bilinear_pillow(const Image& image, int height, int width) {
  return resize_smoothly("resize_bilinear_pillow", image, height, width, kBilinear);
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
