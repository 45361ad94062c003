// The definition, pixel by pixel; btm_bands.cpp does the same in float32 several pixels at a
// time.
#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/parallel.h"
#include "kernels/btm/btm.h"
#include "kernels/btm/btm_bands.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/full_precision.h"

namespace salix::kernels::cpu {
namespace {

// One image. Coordinates outside of it are asked for with inside() first.
template <typename T>
struct Map {
  const T* saliency;
  const T* features;
  std::int64_t height, width, stride;  // stride: features per pixel
  std::int64_t channels;               // of them, compared

  bool inside(std::int64_t y, std::int64_t x) const {
    return y >= 0 && y < height && x >= 0 && x < width;
  }
  bool on_contour(std::int64_t y, std::int64_t x) const {
    ContourWindow window;
    for (std::int64_t v = y - kContourRadius; v <= y + kContourRadius; ++v)
      for (std::int64_t u = x - kContourRadius; u <= x + kContourRadius; ++u)
        if (inside(v, u)) window.see(saliency[v * width + u]);
    return window.on_contour();
  }
  // W of pixel (y,x) and neighbour (v,u).
  T weight(T alpha, std::int64_t y, std::int64_t x, std::int64_t v, std::int64_t u) const {
    const T* own = features + (y * width + x) * stride;
    const T* other = inside(v, u) ? features + (v * width + u) * stride : nullptr;
    T distance = 0;
    for (std::int64_t c = 0; c < channels; ++c) {
      const T difference = (other != nullptr ? other[c] : T(0)) - own[c];
      distance += difference * difference;
    }
    return std::exp(-alpha * distance);
  }
};

// Row y of the sums: returns this row's part of the loss's numerator.
template <typename T>
double btm_row(const Map<T>& map, const std::uint8_t* contour, T alpha, std::int64_t y, T* slope) {
  double loss = 0;
  for (std::int64_t x = 0; x < map.width; ++x) {
    const T own = map.saliency[y * map.width + x];
    const T own_mask = contour[y * map.width + x];
    T sum = 0, own_slope = 0;
    for (std::int64_t v = y - kBtmRadius; v <= y + kBtmRadius; ++v) {
      for (std::int64_t u = x - kBtmRadius; u <= x + kBtmRadius; ++u) {
        const bool inside = map.inside(v, u);
        const T other_mask = inside ? contour[v * map.width + u] : T(0);
        if (own_mask + other_mask == T(0)) continue;
        const T difference = own - (inside ? map.saliency[v * map.width + u] : T(0));
        const T weight = map.weight(alpha, y, x, v, u);
        sum += own_mask * weight * std::abs(difference);
        const T sign = difference > T(0) ? T(1) : (difference < T(0) ? T(-1) : T(0));
        own_slope += (own_mask + other_mask) * weight * sign;
      }
    }
    loss += sum;
    if (slope != nullptr) slope[y * map.width + x] = own_slope;
  }
  return loss;
}

}  // namespace

void btm(Exec& exec, ConstView saliency, ConstView features, View loss, View contour_pixels,
         View slope, BtmParams params) {
  if (use_vendor_library(exec) && saliency.dtype == DType::kFloat32)
    return btm_bands(saliency, features, loss, contour_pixels, slope, params);
  visit_full_precision("btm", saliency.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t height = saliency.dim(1), width = saliency.dim(2), pixels = height * width;
    const auto map_of = [&](std::int64_t image) {
      return Map<T>{saliency.as<T>() + image * pixels,
                    features.as<T>() + image * pixels * features.dim(3),
                    height,
                    width,
                    features.dim(3),
                    btm_channels(features, params)};
    };
    std::vector<std::uint8_t> contour(static_cast<std::size_t>(saliency.numel()));
    const std::int64_t rows = saliency.dim(0) * height;
    parallel_for(rows, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        for (std::int64_t x = 0; x < width; ++x) {
          contour[static_cast<std::size_t>(row * width + x)] =
              params.everywhere || map_of(row / height).on_contour(row % height, x);
        }
      }
    });
    std::vector<double> sums(static_cast<std::size_t>(rows));
    parallel_for(rows, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        const std::int64_t image = row / height;
        sums[static_cast<std::size_t>(row)] =
            btm_row(map_of(image), contour.data() + image * pixels, static_cast<T>(params.alpha),
                    row % height, slope.empty() ? nullptr : slope.as<T>() + image * pixels);
      }
    });
    double sum = 0;
    for (const double part : sums) sum += part;
    const auto count = std::count(contour.begin(), contour.end(), std::uint8_t{1});
    *contour_pixels.as<T>() = static_cast<T>(count);
    *loss.as<T>() = count > 0 ? static_cast<T>(sum / static_cast<double>(count)) : T(0);
  });
}

void btm_backward(Exec&, ConstView dloss, ConstView contour_pixels, ConstView slope, View ds) {
  visit_full_precision("btm_backward", slope.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T count = *contour_pixels.as<T>();
    const T scale = count > T(0) ? *dloss.as<T>() / count : T(0);
    const T* from = slope.as<T>();
    T* to = ds.as<T>();
    parallel_for(slope.numel(), grain_for(1), [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) to[i] = scale * from[i];
    });
  });
}

}  // namespace salix::kernels::cpu
