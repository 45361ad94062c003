#include "kernels/btm/btm_bands.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/vector_math.h"

namespace salix::kernels::cpu {
namespace {

constexpr int kLanes = 8;
constexpr int kRgb = 3;
// Bands of one parity may run at once: a band's pixels reach kBtmRadius rows into its
// neighbours of the other parity, never through them.
constexpr std::int64_t kBandRows = 16;
static_assert(kBandRows >= 2 * kBtmRadius);
// Beyond it e^-x is exactly 0 in float.
constexpr float kUnderflow = 104.0f;

// GCC attaches vector_size to a typedef in all its versions. NOLINTBEGIN(modernize-use-using)
typedef float Lanes __attribute__((vector_size(4 * kLanes)));
typedef std::int32_t Bits __attribute__((vector_size(4 * kLanes)));
// NOLINTEND(modernize-use-using)

Lanes load(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}
bool any(Bits bits) {
  std::uint64_t words[sizeof bits / 8];
  std::memcpy(words, &bits, sizeof bits);
  return (words[0] | words[1] | words[2] | words[3]) != 0;
}

// Rows [first, first + rows) of one image, as planes with a margin of zeros: neighbouring
// pixels lie side by side, and outside of the image everything is 0 as the loss wants it.
class Band {
 public:
  Band(const float* saliency, std::int64_t height, std::int64_t width, std::int64_t first,
       bool everywhere)
      : height_(height),
        width_(width),
        first_(first),
        rows_(std::min(kBandRows, height - first)),
        pitch_(width + 2 * kBtmRadius + kLanes),
        saliency_(make_plane()),
        mask_(static_cast<std::size_t>(rows_ * pitch_)) {
    fill(saliency, 1, saliency_.data());
    for (std::int64_t y = 0; y < rows_; ++y) everywhere ? mark_all(y) : mark_contour(y);
  }

  std::int64_t contour_pixels() const { return contour_pixels_; }

  // The numerator's part of this band's pixels. `slope` is the image's, or nullptr.
  double sum(const float* features, std::int64_t stride, std::int64_t channels, float alpha,
             float* slope) {
    planes_.resize(static_cast<std::size_t>(channels));
    for (std::int64_t c = 0; c < channels; ++c) {
      planes_[static_cast<std::size_t>(c)] = make_plane();
      fill(features + c, stride, planes_[static_cast<std::size_t>(c)].data());
    }
    if (slope != nullptr) slope_ = make_plane();
    double total = 0;
    for (std::int64_t y = 0; y < rows_; ++y) {
      for (std::int64_t x = 0; x < width_;) {
        if (mask_[static_cast<std::size_t>(y * pitch_ + x)] == 0) {
          ++x;
          continue;
        }
        total += slope != nullptr ? block<true>(y, x, alpha) : block<false>(y, x, alpha);
        x += kLanes;
      }
    }
    if (slope != nullptr) add_slope(slope);
    return total;
  }

 private:
  std::vector<float> make_plane() const {
    return std::vector<float>(static_cast<std::size_t>((rows_ + 2 * kBtmRadius) * pitch_));
  }
  std::int64_t first_inside() const { return std::max<std::int64_t>(first_ - kBtmRadius, 0); }
  std::int64_t end_inside() const { return std::min(first_ + rows_ + kBtmRadius, height_); }
  // Where pixel (row of the image, 0) lies in a plane.
  std::int64_t in_plane(std::int64_t row) const {
    return (row - first_ + kBtmRadius) * pitch_ + kBtmRadius;
  }

  void fill(const float* image, std::int64_t stride, float* plane) const {
    for (std::int64_t row = first_inside(); row < end_inside(); ++row) {
      const float* from = image + row * width_ * stride;
      float* to = plane + in_plane(row);
      for (std::int64_t x = 0; x < width_; ++x) to[x] = from[x * stride];
    }
  }

  void mark_all(std::int64_t y) {
    std::fill_n(mask_.data() + y * pitch_, width_, -1);
    contour_pixels_ += width_;
  }

  // The window of each pixel of one row: columns first, then across.
  void mark_contour(std::int64_t y) {
    const std::int64_t row = first_ + y;
    std::vector<std::uint8_t> inside(static_cast<std::size_t>(width_ + 2 * kContourRadius));
    std::vector<std::uint8_t> outside(inside.size());
    const std::int64_t begin = std::max<std::int64_t>(row - kContourRadius, 0);
    const std::int64_t end = std::min(row + kContourRadius + 1, height_);
    for (std::int64_t v = begin; v < end; ++v) {
      const float* s = saliency_.data() + in_plane(v);
      std::uint8_t* in = inside.data() + kContourRadius;
      std::uint8_t* out = outside.data() + kContourRadius;
      for (std::int64_t x = 0; x < width_; ++x) {
        const std::uint8_t salient = s[x] > 0.5f;
        in[x] |= salient;
        out[x] |= static_cast<std::uint8_t>(1 - salient);
      }
    }
    std::int32_t* mask = mask_.data() + y * pitch_;
    for (std::int64_t x = 0; x < width_; ++x) {
      std::uint8_t in = 0, out = 0;
      for (std::int64_t u = x; u <= x + 2 * kContourRadius; ++u) {
        in |= inside[static_cast<std::size_t>(u)];
        out |= outside[static_cast<std::size_t>(u)];
      }
      mask[x] = -static_cast<std::int32_t>(in & out);  // all bits, or none
      contour_pixels_ += in & out;
    }
  }

  // Eight neighbouring pixels from (y,x) on, those on the contour, with all their neighbours.
  template <bool kWithSlope>
  double block(std::int64_t y, std::int64_t x, float alpha) {
    const std::int64_t centre = in_plane(first_ + y) + x;
    const float* s = saliency_.data() + centre;
    Bits mask;
    std::memcpy(&mask, mask_.data() + y * pitch_ + x, sizeof mask);
    const Lanes own = load(s);
    Lanes sum{}, own_slope{};
    for (std::int64_t v = -kBtmRadius; v <= kBtmRadius; ++v) {
      for (std::int64_t u = -kBtmRadius; u <= kBtmRadius; ++u) {
        const std::int64_t offset = v * pitch_ + u;
        Lanes distance{};
        add_distance(0, kRgb, centre, offset, distance);
        // Where the colours differ, most weights are 0: no need for the exponential.
        if (!any(mask & ~(alpha * distance >= kUnderflow))) continue;
        add_distance(kRgb, planes_.size(), centre, offset, distance);
        float weights[kLanes];
        std::memcpy(weights, &distance, sizeof weights);
        for (float& weight : weights) weight = fast_exp(-alpha * weight);
        Lanes weight = load(weights);
        weight = reinterpret_cast<Lanes>(reinterpret_cast<Bits>(weight) & mask);
        const Lanes difference = own - load(s + offset);
        sum += weight * (difference < 0.0f ? -difference : difference);
        if constexpr (kWithSlope) {
          const Lanes zero{};
          const Lanes signed_weight =
              difference > 0.0f ? weight : (difference < 0.0f ? -weight : zero);
          own_slope += signed_weight;
          add(slope_.data() + centre + offset, -signed_weight);
        }
      }
    }
    if constexpr (kWithSlope) add(slope_.data() + centre, own_slope);
    double total = 0;
    for (int lane = 0; lane < kLanes; ++lane) total += static_cast<double>(sum[lane]);
    return total;
  }

  void add_distance(std::size_t begin, std::size_t end, std::int64_t centre, std::int64_t offset,
                    Lanes& distance) const {
    for (std::size_t c = begin; c < end; ++c) {
      const float* plane = planes_[c].data() + centre;
      const Lanes difference = load(plane + offset) - load(plane);
      distance += difference * difference;
    }
  }
  static void add(float* to, Lanes lanes) {
    lanes += load(to);
    std::memcpy(to, &lanes, sizeof lanes);
  }

  // What fell on the margin belongs to no pixel.
  void add_slope(float* image) const {
    for (std::int64_t row = first_inside(); row < end_inside(); ++row) {
      const float* from = slope_.data() + in_plane(row);
      float* to = image + row * width_;
      for (std::int64_t x = 0; x < width_; ++x) to[x] += from[x];
    }
  }

  std::int64_t height_, width_, first_, rows_, pitch_;
  std::int64_t contour_pixels_ = 0;
  std::vector<float> saliency_;
  std::vector<std::int32_t> mask_;  // [rows][pitch]
  std::vector<std::vector<float>> planes_;
  std::vector<float> slope_;
};

}  // namespace

void btm_bands(ConstView saliency, ConstView features, View loss, View contour_pixels, View slope,
               BtmParams params) {
  const std::int64_t images = saliency.dim(0), height = saliency.dim(1), width = saliency.dim(2);
  const std::int64_t pixels = height * width, stride = features.dim(3);
  const std::int64_t bands = (height + kBandRows - 1) / kBandRows;
  float* slopes = slope.empty() ? nullptr : slope.as<float>();
  if (slopes != nullptr) std::fill_n(slopes, slope.numel(), 0.0f);

  std::vector<double> sums(static_cast<std::size_t>(images * bands));
  std::vector<std::int64_t> counts(sums.size());
  for (const std::int64_t parity : {0, 1}) {
    const std::int64_t half = (bands + 1 - parity) / 2;
    parallel_for(images * half, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t item = begin; item < end; ++item) {
        const std::int64_t image = item / half, index = item % half * 2 + parity;
        Band band(saliency.as<float>() + image * pixels, height, width, index * kBandRows,
                  params.everywhere);
        const auto at = static_cast<std::size_t>(image * bands + index);
        counts[at] = band.contour_pixels();
        if (counts[at] == 0) continue;
        sums[at] = band.sum(features.as<float>() + image * pixels * stride, stride,
                            btm_channels(features, params), static_cast<float>(params.alpha),
                            slopes == nullptr ? nullptr : slopes + image * pixels);
      }
    });
  }
  double sum = 0;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sum += sums[i];
    count += counts[i];
  }
  *contour_pixels.as<float>() = static_cast<float>(count);
  *loss.as<float>() = count > 0 ? static_cast<float>(sum / static_cast<double>(count)) : 0.0f;
}

}  // namespace salix::kernels::cpu
