#include "train/optimizers/clip_gradient.h"

#include "engine/autograd/tape.h"
#include "layers/functional/concat.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"

namespace salix {

GradientClip clip_gradient_norm(const std::vector<StateEntry>& parameters, double max_norm) {
  SALIX_CHECK(max_norm > 0, "clip_gradient_norm: max_norm must be positive; got ", max_norm);
  std::vector<Tensor> squares;
  for (const StateEntry& parameter : parameters) {
    const Tensor gradient = parameter.tensor->grad();
    if (!gradient.defined()) continue;
    const NoGrad no_grad(gradient.exec());
    squares.push_back(sum(square(gradient)).reshape({1}));
  }
  if (squares.empty()) return {};

  const NoGrad no_grad(squares.front().exec());
  const Tensor norm = sqrt(sum(concat(squares, 0))).reshape(Shape{});
  return {norm, clamp(reciprocal(affine(norm, 1, 1e-6), max_norm), 0, 1)};
}

}  // namespace salix
