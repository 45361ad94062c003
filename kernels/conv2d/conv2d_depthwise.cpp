// Every map is read once from memory: a row of output needs three rows of input, which stay in the
// L2 cache from row to row, and of those a column is loaded once per eight channels and used for
// three outputs. Nine weights, three sums and the column fit the sixteen registers of AVX2.
#include "kernels/conv2d/conv2d_depthwise.h"

#include <algorithm>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/simd.h"

namespace salix::kernels::depthwise {
namespace {

constexpr int kLanes = 8, kTaps = 9;
using Vec = Simd<kLanes>::Vec;

// Rows of x per partial sum of the weight's gradient.
constexpr std::int64_t kBandRows = 8;

// The three rows of an image around one of its rows; zeros stand in beyond the border.
class ThreeRows {
 public:
  ThreeRows(const float* map, std::int64_t row_of_batch, std::int64_t height, std::int64_t width,
            std::int64_t channels) {
    static const float zeros[kLanes] = {};
    const std::int64_t y = row_of_batch % height;
    for (int r = 0; r < 3; ++r) {
      const bool inside = y + r - 1 >= 0 && y + r - 1 < height;
      rows_[r] = inside ? map + (row_of_batch + r - 1) * width * channels : zeros;
      step_[r] = inside ? channels : 0;
      first_[r] = inside ? 1 : 0;
    }
  }
  // Row r, column x, channels c to c + 7.
  Vec at(int r, std::int64_t x, std::int64_t c) const {
    return load<Vec>(rows_[r] + x * step_[r] + c * first_[r]);
  }

 private:
  const float* rows_[3];
  std::int64_t step_[3], first_[3];
};

Vec activated(Vec value, const Conv2dParams& params) {
  const Vec zero{}, six = zero + 6.0f;
  if (params.relu) return value < zero ? zero : value;  // so that NaN stays
  if (!params.hardswish) return value;
  const Vec up = value + 3.0f;
  return value * (up < zero ? zero : (up > six ? six : up)) * (1.0f / 6);
}

// One row of y. taps [9][C], bias [C] or nullptr.
void row_of(const ThreeRows& x, std::int64_t width, std::int64_t channels, const float* taps,
            const float* bias, const Conv2dParams& params, float* y) {
  for (std::int64_t c = 0; c < channels; c += kLanes) {
    Vec w[kTaps];
    for (int tap = 0; tap < kTaps; ++tap) w[tap] = load<Vec>(taps + tap * channels + c);
    const Vec start = bias != nullptr ? load<Vec>(bias + c) : Vec{};
    // Of the outputs left of the column, at it and right of it.
    Vec left = start, here = start, right = start;
    for (std::int64_t j = 0; j < width; ++j) {
      for (int r = 0; r < 3; ++r) {
        const Vec value = x.at(r, j, c);
        left += value * w[3 * r + 2];
        here += value * w[3 * r + 1];
        right += value * w[3 * r];
      }
      if (j > 0) store(y + (j - 1) * channels + c, activated(left, params));
      left = here;
      here = right;
      right = start;
    }
    store(y + (width - 1) * channels + c, activated(left, params));
  }
}

// sums [9][C] += what one row of dy says of the weight.
void add_row(const ThreeRows& x, const float* dy, std::int64_t width, std::int64_t channels,
             float* sums) {
  for (std::int64_t c = 0; c < channels; c += kLanes) {
    Vec sum[kTaps];
    for (int tap = 0; tap < kTaps; ++tap) sum[tap] = load<Vec>(sums + tap * channels + c);
    Vec left{}, here = load<Vec>(dy + c);
    for (std::int64_t j = 0; j < width; ++j) {
      const Vec right = j + 1 < width ? load<Vec>(dy + (j + 1) * channels + c) : Vec{};
      for (int r = 0; r < 3; ++r) {
        const Vec value = x.at(r, j, c);
        sum[3 * r] += value * right;
        sum[3 * r + 1] += value * here;
        sum[3 * r + 2] += value * left;
      }
      left = here;
      here = right;
    }
    for (int tap = 0; tap < kTaps; ++tap) store(sums + tap * channels + c, sum[tap]);
  }
}

// weight [C,3,3,1] as [9][C], the taps in reverse if told.
std::vector<float> taps_of(const ConstView& weight, bool reversed) {
  const std::int64_t channels = weight.dim(0);
  std::vector<float> taps(static_cast<std::size_t>(weight.numel()));
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t tap = 0; tap < kTaps; ++tap) {
      const std::int64_t place = reversed ? kTaps - 1 - tap : tap;
      taps[static_cast<std::size_t>(place * channels + c)] = weight.as<float>()[c * kTaps + tap];
    }
  }
  return taps;
}

void convolve(const ConstView& x, const std::vector<float>& taps, const float* bias, const View& y,
              const Conv2dParams& params) {
  const std::int64_t height = x.dim(1), width = x.dim(2), channels = x.dim(3);
  parallel_for(x.dim(0) * height, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      row_of({x.as<float>(), row, height, width, channels}, width, channels, taps.data(), bias,
             params, y.as<float>() + row * width * channels);
    }
  });
}

}  // namespace

bool suits(const ConstView& x, const Shape& weight, const Conv2dParams& p) {
  const std::int64_t channels = x.dim(3);
  return x.dtype == DType::kFloat32 && p.groups == channels && weight[0] == channels &&
         weight[1] == 3 && weight[2] == 3 && p.stride == 1 && p.padding == 1 && p.dilation == 1 &&
         channels % kLanes == 0;
}

void conv2d(Exec&, ConstView x, ConstView weight, ConstView bias, View y,
            const Conv2dParams& params) {
  convolve(x, taps_of(weight, /*reversed=*/false), bias.empty() ? nullptr : bias.as<float>(), y,
           params);
}

// Each x was read by the outputs around it: the same convolution with the filter turned about.
void backward_data(Exec&, ConstView dy, ConstView weight, View dx) {
  convolve(dy, taps_of(weight, /*reversed=*/true), nullptr, dx, {});
}

void backward_weight(Exec&, ConstView x, ConstView dy, View dweight) {
  const std::int64_t height = x.dim(1), width = x.dim(2), channels = x.dim(3);
  const std::int64_t rows = x.dim(0) * height, bands = (rows + kBandRows - 1) / kBandRows;
  const std::int64_t sums_size = kTaps * channels;
  std::vector<float> sums(static_cast<std::size_t>(bands * sums_size));
  parallel_for(bands, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t band = begin; band < end; ++band) {
      const std::int64_t last = std::min((band + 1) * kBandRows, rows);
      for (std::int64_t row = band * kBandRows; row < last; ++row) {
        add_row({x.as<float>(), row, height, width, channels},
                dy.as<float>() + row * width * channels, width, channels,
                sums.data() + band * sums_size);
      }
    }
  });
  float* const out = dweight.as<float>();
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t tap = 0; tap < kTaps; ++tap) {
      float sum = 0;
      for (std::int64_t band = 0; band < bands; ++band) {
        sum += sums[static_cast<std::size_t>(band * sums_size + tap * channels + c)];
      }
      out[c * kTaps + tap] = sum;
    }
  }
}

}  // namespace salix::kernels::depthwise
