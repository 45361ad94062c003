// The tables of one training step in the specification of A2S-v2, appendix A.1: gradients,
// and weights after the step, of a few parameters of a network.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "layers/modules/module.h"

namespace salix::testing {

struct PrintedStep {
  const char* name;
  double gradient_norm, gradient_first, sum_after, first_after;
};

// Norm and first element of every printed gradient within `relative` of the network's.
void expect_printed_gradients(const Module& network, std::span<const PrintedStep> table,
                              double relative);
// Every printed sum within 1e-8, every printed first element within 1e-9, relative.
void expect_printed_weights(const Module& network, std::span<const PrintedStep> table);

// A parameter or buffer by its full name; InvalidInput when there is none.
Tensor state_named(const Module& network, const std::string& name);
double sum_of(const Tensor& tensor);

// The parameters that no gradient reached.
std::vector<std::string> names_without_gradient(const Module& network);

// Elements of parameters, of buffers, and of parameters under `prefix`.
struct StateCounts {
  std::int64_t parameters, buffers;
  std::size_t parameter_tensors, entries;
};
StateCounts count_state(const Module& network, const std::string& prefix = "");

}  // namespace salix::testing
