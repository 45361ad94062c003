#include "tests/support/dhfr_fill.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "layers/modules/state_dict.h"
#include "tests/support/hash_fill.h"

namespace salix::testing {
namespace {

constexpr std::uint32_t kMultiplier = 0x9E3779B9u;
constexpr std::int64_t kSize = 224, kBlocks = 28, kBlock = 8;

double value_of(const std::string& name, const Shape& file_shape, double u) {
  static const std::map<std::string, double> overrides{
      {"sfnet.classifier_before_fuse_div16.bias", 6.0},
      {"sfnet.classifier_div16.bias", 1.8},
      {"sfnet.classifier_div8.bias", -7.8}};
  if (const auto found = overrides.find(name); found != overrides.end()) return found->second;
  if (name.ends_with("relative_position_bias_table")) return (2 * u - 1) * 0.5;
  if (name.ends_with("running_mean")) return (2 * u - 1) * 0.1;
  if (name.ends_with("running_var")) return 0.75 + 0.5 * u;
  if (name.ends_with("bias")) return (2 * u - 1) * 0.1;
  if (file_shape.rank() < 2) return 0.9 + 0.2 * u;
  const double fan_in = static_cast<double>(file_shape.numel() / file_shape[0]);
  const double scale = name.find(".classifier_") == std::string::npos ? 1 : 3;
  return (2 * u - 1) * std::sqrt(3 / fan_in) * scale;
}

// [N,3,224,224] of value_at(n, c, y, x), rounded to float32.
template <typename ValueAt>
Tensor input_of(Exec& exec, std::int64_t images, DType dtype, const ValueAt& value_at) {
  Exec host;
  io::Array array = io::Array::zeros(DType::kFloat32, {images, 3, kSize, kSize});
  std::size_t i = 0;
  for (std::int64_t n = 0; n < images; ++n) {
    for (std::int64_t c = 0; c < 3; ++c) {
      for (std::int64_t y = 0; y < kSize; ++y) {
        for (std::int64_t x = 0; x < kSize; ++x) {
          array.as<float>()[i++] = static_cast<float>(value_at(n, c, y, x));
        }
      }
    }
  }
  return from_nchw(host, array).to(dtype).to(exec);
}

constexpr std::int64_t kSmallImages = 2, kSmall = 48;

// [2,48,48,1] of value_at(n, y, x).
template <typename ValueAt>
Tensor small_map(Exec& exec, DType dtype, const ValueAt& value_at) {
  std::vector<double> values;
  for (std::int64_t n = 0; n < kSmallImages; ++n)
    for (std::int64_t y = 0; y < kSmall; ++y)
      for (std::int64_t x = 0; x < kSmall; ++x) values.push_back(value_at(n, y, x));
  Exec host;
  return Tensor::from_host(host, values, {kSmallImages, kSmall, kSmall, 1}).to(dtype).to(exec);
}

}  // namespace

Tensor dhfr_small_map(Exec& exec, const std::string& name, DType dtype) {
  return small_map(exec, dtype, [&](auto n, auto y, auto x) {
    return 0.01 +
           0.98 * dhfr_uniform(name, static_cast<std::uint64_t>((n * kSmall + y) * kSmall + x));
  });
}

Tensor dhfr_small_labels(Exec& exec, DType dtype) {
  return small_map(exec, dtype, [](auto n, auto i, auto j) {
    const auto y = i / 4, x = j / 4;
    const bool foreground = y >= 3 && y < 6 && x >= 3 + n && x < 9 + n;
    return y < 2 ? 0.0 : (foreground ? 1.0 : 2.0);
  });
}

Tensor dhfr_small_contours(Exec& exec, DType dtype) {
  return small_map(exec, dtype, [](auto, auto y, auto) { return y % 8 == 0 ? 1.0 : 0.0; });
}

Tensor dhfr_small_image(Exec& exec, DType dtype) {
  Exec host;
  io::Array array = io::Array::zeros(DType::kFloat64, {kSmallImages, 3, kSmall, kSmall});
  for (std::int64_t i = 0; i < array.shape.numel(); ++i) {
    array.as<double>()[i] = 4 * dhfr_uniform("small_image", static_cast<std::uint64_t>(i)) - 2;
  }
  return from_nchw(host, array).to(dtype).to(exec);
}

Tensor logits_of(const Tensor& probabilities) {
  std::vector<double> logits = probabilities.to_vector<double>();
  for (double& value : logits) value = std::log(value / (1 - value));
  Exec host;
  return Tensor::from_host(host, logits, probabilities.shape())
      .to(probabilities.dtype())
      .to(probabilities.exec());
}

double norm_by_probabilities(const Tensor& gradient, const Tensor& probabilities) {
  const std::vector<double> by_logits = gradient.to_vector<double>();
  const std::vector<double> p = probabilities.to_vector<double>();
  double squares = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    squares += std::pow(by_logits[i] / (p[i] * (1 - p[i])), 2);
  }
  return std::sqrt(squares);
}

double dhfr_uniform(const std::string& name, std::uint64_t index) {
  return hash_uniform(fnv1a(name), index, kMultiplier);
}

void dhfr_fill(Module& network) {
  fill_state(network, "",
             [](const std::string& name, const Shape& shape, std::uint32_t hash, std::uint64_t i) {
               return static_cast<float>(value_of(name, shape, hash_uniform(hash, i, kMultiplier)));
             });
}

Tensor dhfr_image(Exec& exec, std::int64_t images, DType dtype) {
  const std::uint32_t block = fnv1a("image_block"), pixel = fnv1a("image_pixel");
  return input_of(exec, images, dtype, [&](auto n, auto c, auto y, auto x) {
    const auto of = [](std::int64_t index) { return static_cast<std::uint64_t>(index); };
    const std::int64_t map = 3 * n + c;
    return 4 * hash_uniform(block, of((map * kBlocks + y / kBlock) * kBlocks + x / kBlock),
                            kMultiplier) -
           2 + 0.2 * (hash_uniform(pixel, of((map * kSize + y) * kSize + x), kMultiplier) - 0.5);
  });
}

Tensor dhfr_depth(Exec& exec, std::int64_t images, DType dtype) {
  const std::uint32_t block = fnv1a("depth_block");
  return input_of(exec, images, dtype, [&](auto n, auto, auto y, auto x) {
    const std::int64_t index = (kBlocks * n + y / kBlock) * kBlocks + x / kBlock;
    return hash_uniform(block, static_cast<std::uint64_t>(index), kMultiplier);
  });
}

void expect_printed(const std::string& name, const Tensor& map, const PrintedTensor& printed,
                    double absolute) {
  const io::Array array = to_nchw(map).to_float64();
  const auto values = array.as<double>();
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  EXPECT_NEAR(mean, printed.mean, absolute) << name << " mean";
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(values.size())), printed.deviation, absolute)
      << name << " deviation";
  EXPECT_NEAR(values.front(), printed.first, absolute) << name << "[0]";
  EXPECT_NEAR(values[values.size() / 3], printed.third, absolute) << name << "[n/3]";
  EXPECT_NEAR(values.back(), printed.last, absolute) << name << "[n-1]";
}

}  // namespace salix::testing
