#include "tests/support/hash_fill.h"

#include <gtest/gtest.h>

#include <cmath>

#include "layers/functional/resize_bilinear.h"
#include "layers/modules/state_dict.h"
#include "models/weights/localvit_weights.h"

namespace salix::testing {
namespace {

constexpr std::uint32_t kHashMultiplier = 2654435761u;

double filled_value(const std::string& name, const Shape& file_shape, double u) {
  if (file_shape.rank() >= 2) {
    const double fan_in = static_cast<double>(file_shape.numel() / file_shape[0]);
    return (2 * u - 1) * std::sqrt(6 / fan_in);
  }
  double value = 0.2 * u - 0.1;
  if (name.ends_with("weight") || name.ends_with("running_var")) value = 0.8 + 0.4 * u;
  return name.ends_with("bn3.weight") ? 0.25 * value : value;
}

}  // namespace

std::uint32_t fnv1a(const std::string& name) {
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619u;
  return hash;
}

double hash_uniform(std::uint32_t name_hash, std::uint64_t index, std::uint32_t multiplier) {
  std::uint32_t z = name_hash + static_cast<std::uint32_t>(index) * multiplier;
  z ^= z >> 16;
  z *= 0x85EBCA6Bu;
  z ^= z >> 13;
  z *= 0xC2B2AE35u;
  z ^= z >> 16;
  return static_cast<double>(z) / 4294967296.0;
}

double hash_uniform(const std::string& name, std::uint64_t index) {
  return hash_uniform(fnv1a(name), index, kHashMultiplier);
}

void fill_state(Module& module, const std::string& prefix, const FillValue& value_at) {
  Exec host;
  for (const StateEntry& entry : module.state(prefix)) {
    if (entry.name.ends_with("num_batches_tracked")) {
      entry.tensor->fill(0);
      continue;
    }
    if (is_swin_constant(entry.name)) continue;
    io::Array array = to_array(*entry.tensor, entry.layout).to_float64();
    const std::uint32_t hash = fnv1a(entry.name);
    for (std::size_t i = 0; i < static_cast<std::size_t>(array.numel()); ++i) {
      array.as<double>()[i] = value_at(entry.name, array.shape, hash, i);
    }
    const Tensor filled = from_array(host, array, entry.layout).to(entry.tensor->dtype());
    entry.tensor->copy_from(filled);
  }
}

void hash_fill(Module& module, const std::string& prefix) {
  fill_state(module, prefix,
             [](const std::string& name, const Shape& shape, std::uint32_t hash, std::uint64_t i) {
               return filled_value(name, shape, hash_uniform(hash, i, kHashMultiplier));
             });
}

Tensor hash_input(Exec& exec, const std::string& name, std::int64_t images, std::int64_t size,
                  DType dtype) {
  Exec host;
  io::Array grid = io::Array::zeros(DType::kFloat64, {images, 3, 5, 5});
  for (std::size_t i = 0; i < static_cast<std::size_t>(grid.numel()); ++i) {
    grid.as<double>()[i] = 2 * hash_uniform(name, i) - 1;
  }
  const Tensor smooth = resize_bilinear(from_nchw(host, grid), size, size, {.align_corners = true});
  io::Array field = to_nchw(smooth);
  for (std::size_t i = 0; i < static_cast<std::size_t>(field.numel()); ++i) {
    double& value = field.as<double>()[i];
    value = 1.5 * value + 0.1 * (2 * hash_uniform(name + ".n", i) - 1);
  }
  return from_nchw(host, field).to(dtype).to(exec);
}

Summary summarize(const Tensor& map) {
  const io::Array array = to_nchw(map).to_float64();
  const auto values = array.as<double>();
  Summary summary{};
  for (const double value : values) {
    summary.mean += value;
    summary.abs_mean += std::abs(value);
  }
  summary.mean /= static_cast<double>(values.size());
  summary.abs_mean /= static_cast<double>(values.size());
  summary.first = values.front();
  summary.mid = values[values.size() / 2];
  summary.last = values.back();
  return summary;
}

void expect_summary(const Tensor& map, const Summary& printed, double relative) {
  const Summary actual = summarize(map);
  const auto expect = [relative](double value, double wanted, const char* column) {
    EXPECT_NEAR(value, wanted, std::max(relative * std::abs(wanted), 1e-7)) << column;
  };
  expect(actual.mean, printed.mean, "mean");
  expect(actual.abs_mean, printed.abs_mean, "mean of absolute values");
  expect(actual.first, printed.first, "first");
  expect(actual.mid, printed.mid, "middle");
  expect(actual.last, printed.last, "last");
}

}  // namespace salix::testing
