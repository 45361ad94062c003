#include "train/loop/step_numbers.h"

#include "engine/autograd/tape.h"
#include "engine/error.h"
#include "layers/functional/concat.h"

namespace salix {

StepNumbers::StepNumbers(const std::vector<Tensor>& numbers) {
  SALIX_CHECK(!numbers.empty() && numbers.front().defined(),
              "step numbers: the first number must be defined");
  const NoGrad no_grad(numbers.front().exec());
  std::vector<Tensor> parts;
  for (const Tensor& number : numbers) {
    defined_.push_back(number.defined());
    if (!number.defined()) continue;
    parts.push_back(number.detach().to(numbers.front().dtype()).reshape({1}));
  }
  fetch_ = Fetch(concat(parts, 0));
}

std::vector<double> StepNumbers::values() const {
  const std::vector<double> fetched = fetch_.values();
  std::vector<double> values;
  std::size_t next = 0;
  for (const bool defined : defined_) values.push_back(defined ? fetched[next++] : 0.0);
  return values;
}

}  // namespace salix
