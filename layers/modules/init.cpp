#include "layers/modules/init.h"

#include <cmath>
#include <numbers>
#include <vector>

namespace salix::init {
namespace {

constexpr std::uint32_t kInitStream = 0x1417;  // draws for initial values, nothing else

template <typename Draw>
Tensor draw(Exec& exec, const Shape& shape, const Draw& value_at) {
  const PhiloxKey key = exec.next_random(kInitStream);
  std::vector<float> values(static_cast<std::size_t>(shape.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(value_at(key, i));
  return Tensor::from_host(exec, values, shape);
}

double uniform_at(const PhiloxKey& key, std::size_t i) {
  return static_cast<double>(philox_uniform(key, i));
}

}  // namespace

Tensor uniform(Exec& exec, const Shape& shape, double bound) {
  return draw(exec, shape, [bound](const PhiloxKey& key, std::size_t i) {
    return bound * (2.0 * uniform_at(key, i) - 1.0);
  });
}

Tensor normal(Exec& exec, const Shape& shape, double standard_deviation) {
  return draw(exec, shape, [standard_deviation](const PhiloxKey& key, std::size_t i) {
    // 1 - u lies in (0, 1], so that the logarithm is finite.
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform_at(key, 2 * i)));
    const double angle = 2.0 * std::numbers::pi * uniform_at(key, 2 * i + 1);
    return standard_deviation * radius * std::cos(angle);
  });
}

Tensor default_uniform(Exec& exec, const Shape& shape, std::int64_t fan_in) {
  return uniform(exec, shape, 1.0 / std::sqrt(static_cast<double>(fan_in)));
}

Tensor kaiming_normal_fan_out(Exec& exec, const Shape& shape, std::int64_t fan_out) {
  return normal(exec, shape, std::sqrt(2.0 / static_cast<double>(fan_out)));
}

}  // namespace salix::init
