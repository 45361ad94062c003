#include "data/image/resize_opencv.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/parallel.h"

namespace salix::data {
namespace {

// value = p[lo] (1 - fraction) + p[hi] fraction
struct Tap {
  int lo;
  int hi;
  float fraction;
};

// Beyond the first and last pixel centre OpenCV takes the border pixel alone along a row
// (fraction 0), but weighs it twice along a column. The value is the same, the rounding is
// not.
enum class Border { kOnce, kTwice };

std::vector<Tap> bilinear_axis(int in_size, int out_size, Border border) {
  const double scale = static_cast<double>(in_size) / out_size;
  const int last = in_size - 1;
  std::vector<Tap> taps(out_size);
  for (int i = 0; i < out_size; ++i) {
    const auto position = static_cast<float>((i + 0.5) * scale - 0.5);
    const int lo = static_cast<int>(std::floor(position));
    const float fraction = position - static_cast<float>(lo);
    const bool outside = lo < 0 || lo >= last;
    taps[i] = {std::clamp(lo, 0, last), std::clamp(lo + 1, 0, last),
               outside && border == Border::kOnce ? 0.0f : fraction};
  }
  return taps;
}

// A tap with OpenCV's 11-bit weights; std::nearbyint rounds half to even.
struct FixedTap {
  int lo;
  int hi;
  int weight_lo;
  int weight_hi;
};

std::vector<FixedTap> fixed_axis(int in_size, int out_size, Border border) {
  std::vector<FixedTap> fixed;
  fixed.reserve(out_size);
  for (const Tap& tap : bilinear_axis(in_size, out_size, border)) {
    fixed.push_back({tap.lo, tap.hi,
                     static_cast<int>(std::nearbyint((1.0f - tap.fraction) * 2048.0f)),
                     static_cast<int>(std::nearbyint(tap.fraction * 2048.0f))});
  }
  return fixed;
}

void check_request(int in_height, int in_width, int height, int width) {
  SALIX_CHECK(in_height > 0 && in_width > 0 && height > 0 && width > 0,
              "resize_bilinear_opencv: sizes must be positive; got ", in_height, " x ", in_width,
              " to ", height, " x ", width);
}

}  // namespace

FloatMap resize_bilinear_opencv(const FloatMap& map, int height, int width) {
  check_request(map.height, map.width, height, width);
  const std::vector<Tap> rows = bilinear_axis(map.height, height, Border::kTwice);
  const std::vector<Tap> columns = bilinear_axis(map.width, width, Border::kOnce);
  FloatMap wide(map.height, width);
  parallel_for(map.height, grain_for(width), [&](std::int64_t begin, std::int64_t end) {
    for (int i = static_cast<int>(begin); i < end; ++i) {
      const float* in = map.row(i);
      float* out = wide.row(i);
      for (int j = 0; j < width; ++j) {
        const Tap& tap = columns[j];
        out[j] = in[tap.lo] * (1.0f - tap.fraction) + in[tap.hi] * tap.fraction;
      }
    }
  });
  FloatMap result(height, width);
  parallel_for(height, grain_for(width), [&](std::int64_t begin, std::int64_t end) {
    for (int i = static_cast<int>(begin); i < end; ++i) {
      const float* top = wide.row(rows[i].lo);
      const float* bottom = wide.row(rows[i].hi);
      const float fraction = rows[i].fraction;
      float* out = result.row(i);
      for (int j = 0; j < width; ++j) out[j] = top[j] * (1.0f - fraction) + bottom[j] * fraction;
    }
  });
  return result;
}

Image resize_bilinear_opencv(const Image& image, int height, int width) {
  check_request(image.height, image.width, height, width);
  const std::vector<FixedTap> rows = fixed_axis(image.height, height, Border::kTwice);
  const std::vector<FixedTap> columns = fixed_axis(image.width, width, Border::kOnce);
  const int channels = image.channels;
  const std::size_t wide_row = static_cast<std::size_t>(width) * channels;
  std::vector<int> wide(wide_row * image.height);
  parallel_for(image.height, grain_for(static_cast<std::int64_t>(wide_row)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (int i = static_cast<int>(begin); i < end; ++i) {
                   int* out = wide.data() + wide_row * i;
                   for (const FixedTap& tap : columns) {
                     const std::uint8_t* lo = image.at(i, tap.lo);
                     const std::uint8_t* hi = image.at(i, tap.hi);
                     for (int c = 0; c < channels; ++c)
                       *out++ = (lo[c] * tap.weight_lo + hi[c] * tap.weight_hi) >> 4;
                   }
                 }
               });
  Image result(height, width, channels);
  parallel_for(height, grain_for(static_cast<std::int64_t>(wide_row)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (int i = static_cast<int>(begin); i < end; ++i) {
                   const FixedTap& tap = rows[i];
                   const int* top = wide.data() + wide_row * tap.lo;
                   const int* bottom = wide.data() + wide_row * tap.hi;
                   std::uint8_t* out = result.row(i);
                   for (std::size_t j = 0; j < wide_row; ++j) {
                     const int sum =
                         ((tap.weight_lo * top[j]) >> 16) + ((tap.weight_hi * bottom[j]) >> 16);
                     out[j] = static_cast<std::uint8_t>((sum + 2) >> 2);
                   }
                 }
               });
  return result;
}

}  // namespace salix::data
