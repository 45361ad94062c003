// The few numbers that a step tells of itself, fetched together: one copy, and no wait.
#pragma once

#include <vector>

#include "engine/fetch.h"

namespace salix {

class StepNumbers {
 public:
  // Tensors of one floating element each; undefined ones are 0. The first must be defined.
  explicit StepNumbers(const std::vector<Tensor>& numbers);

  // In the order they were given, after waiting for that point of the device's work.
  std::vector<double> values() const;

 private:
  std::vector<bool> defined_;
  Fetch fetch_;
};

}  // namespace salix
