// Compares a gradient rule with central differences.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/tensor.h"

namespace salix {

struct GradcheckParams {
  double step = 1e-6;
  double relative = 1e-5;
  double absolute = 1e-7;
  std::uint64_t seed = 7;  // of the random upstream gradient: all-ones cannot see a shuffle
};

// For every element of every input that requires a gradient: d(sum(dy * f(inputs)))/dx by
// central differences against the tape's answer. Inputs must be float64 leaves on a cpu
// Exec. Returns "" when all agree, else a sentence with input, element and both values.
std::string gradcheck(const std::function<Tensor(const std::vector<Tensor>&)>& function,
                      const std::vector<Tensor>& inputs, const GradcheckParams& params = {});

}  // namespace salix
