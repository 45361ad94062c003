#include "tests/support/printed_step.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace salix::testing {

void expect_printed_gradients(const Module& network, std::span<const PrintedStep> table,
                              double relative) {
  for (const PrintedStep& printed : table) {
    const Tensor gradient = state_named(network, printed.name).grad();
    ASSERT_TRUE(gradient.defined()) << printed.name;
    const std::vector<double> values = gradient.to_vector<double>();
    const double squares = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
    EXPECT_NEAR(std::sqrt(squares), printed.gradient_norm, relative * printed.gradient_norm)
        << printed.name;
    EXPECT_NEAR(values[0], printed.gradient_first, relative * std::abs(printed.gradient_first))
        << printed.name;
  }
}

void expect_printed_weights(const Module& network, std::span<const PrintedStep> table) {
  for (const PrintedStep& printed : table) {
    const Tensor weight = state_named(network, printed.name);
    EXPECT_NEAR(sum_of(weight), printed.sum_after, 1e-8 * std::abs(printed.sum_after))
        << printed.name;
    EXPECT_NEAR(weight.to_vector<double>()[0], printed.first_after,
                1e-9 * std::abs(printed.first_after))
        << printed.name;
  }
}

Tensor state_named(const Module& network, const std::string& name) {
  for (const StateEntry& entry : network.state()) {
    if (entry.name == name) return *entry.tensor;
  }
  throw InvalidInput("no state named " + name);
}

double sum_of(const Tensor& tensor) {
  const std::vector<double> values = tensor.to_vector<double>();
  return std::accumulate(values.begin(), values.end(), 0.0);
}

std::vector<std::string> names_without_gradient(const Module& network) {
  std::vector<std::string> names;
  for (const StateEntry& entry : network.parameters()) {
    if (!entry.tensor->grad().defined()) names.push_back(entry.name);
  }
  return names;
}

StateCounts count_state(const Module& network, const std::string& prefix) {
  StateCounts counts{};
  for (const StateEntry& entry : network.state()) {
    if (!entry.name.starts_with(prefix)) continue;
    ++counts.entries;
    if (entry.is_parameter) ++counts.parameter_tensors;
    (entry.is_parameter ? counts.parameters : counts.buffers) += entry.tensor->numel();
  }
  return counts;
}

}  // namespace salix::testing
