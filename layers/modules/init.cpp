#include "layers/modules/init.h"

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "engine/parallel.h"

namespace salix::init {
namespace {

constexpr std::uint32_t kInitStream = 0x1417;  // draws for initial values, nothing else
constexpr std::int64_t kGrain = 16384;

// Whether values are drawn at all on this Exec; see SkipInit.
struct Policy {
  explicit Policy(Exec&) {}
  bool skip = false;
};

template <typename Draw>
Tensor draw(Exec& exec, const Shape& shape, const Draw& value_at) {
  const PhiloxKey key = exec.next_random(kInitStream);
  if (exec.extension<Policy>().skip) return Tensor::empty(exec, shape);
  std::vector<float> values(static_cast<std::size_t>(shape.numel()));
  parallel_for(shape.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      values[static_cast<std::size_t>(i)] =
          static_cast<float>(value_at(key, static_cast<std::uint64_t>(i)));
    }
  });
  return Tensor::from_host(exec, values, shape);
}

double to_uniform(std::uint32_t bits) { return static_cast<double>(bits >> 8) * 0x1p-24; }

// Two uniform values from one Philox block: numbers 2i and 2i + 1 of the sequence.
std::pair<double, double> uniform_pair(const PhiloxKey& key, std::uint64_t i) {
  const std::uint64_t block = i / 2;
  const PhiloxBlock words = philox4x32(
      static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), key.step,
      key.stream, static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32));
  const std::size_t first = 2 * (i % 2);
  return {to_uniform(words.word[first]), to_uniform(words.word[first + 1])};
}

}  // namespace

SkipInit::SkipInit(Exec& exec) : exec_(exec), before_(exec.extension<Policy>().skip) {
  exec_.extension<Policy>().skip = true;
}

SkipInit::~SkipInit() { exec_.extension<Policy>().skip = before_; }

Tensor uniform(Exec& exec, const Shape& shape, double bound) {
  return draw(exec, shape, [bound](const PhiloxKey& key, std::uint64_t i) {
    return bound * (2.0 * static_cast<double>(philox_uniform(key, i)) - 1.0);
  });
}

Tensor normal(Exec& exec, const Shape& shape, double standard_deviation) {
  return draw(exec, shape, [standard_deviation](const PhiloxKey& key, std::uint64_t i) {
    const auto [u, v] = uniform_pair(key, i);
    // 1 - u lies in (0, 1], so that the logarithm is finite.
    const double radius = std::sqrt(-2.0 * std::log(1.0 - u));
    return standard_deviation * radius * std::cos(2.0 * std::numbers::pi * v);
  });
}

Tensor default_uniform(Exec& exec, const Shape& shape, std::int64_t fan_in) {
  return uniform(exec, shape, 1.0 / std::sqrt(static_cast<double>(fan_in)));
}

Tensor kaiming_normal_fan_out(Exec& exec, const Shape& shape, std::int64_t fan_out) {
  return normal(exec, shape, std::sqrt(2.0 / static_cast<double>(fan_out)));
}

}  // namespace salix::init
