#include "train/optimizers/clip_gradient.h"

#include <cmath>

#include "engine/autograd/tape.h"
#include "layers/functional/concat.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"

namespace salix {

double clip_gradient_norm(const std::vector<StateEntry>& parameters, double max_norm) {
  SALIX_CHECK(max_norm > 0, "clip_gradient_norm: max_norm must be positive; got ", max_norm);
  std::vector<Tensor> squares;
  for (const StateEntry& parameter : parameters) {
    const Tensor gradient = parameter.tensor->grad();
    if (!gradient.defined()) continue;
    const NoGrad no_grad(gradient.exec());
    squares.push_back(sum(square(gradient)).reshape({1}));
  }
  if (squares.empty()) return 0;

  // Joined first: one wait for the device instead of one per parameter.
  const NoGrad no_grad(squares.front().exec());
  double total = 0;
  for (const double part : concat(squares, 0).to_vector<double>()) total += part;
  const double norm = std::sqrt(total);
  const double coefficient = max_norm / (norm + 1e-6);
  if (coefficient >= 1) return norm;
  for (const StateEntry& parameter : parameters) {
    const Tensor gradient = parameter.tensor->grad();
    if (gradient.defined()) parameter.tensor->set_grad(affine(gradient, coefficient, 0));
  }
  return norm;
}

}  // namespace salix
