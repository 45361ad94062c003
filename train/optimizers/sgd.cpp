#include "train/optimizers/sgd.h"

#include <utility>

#include "kernels/sgd/sgd.h"

namespace salix {

Sgd::Sgd(std::vector<Group> groups, double momentum)
    : Optimizer(std::move(groups), {"velocity"}), momentum_(momentum) {}

void Sgd::step() {
  for (std::size_t g = 0; g < groups().size(); ++g) {
    const Group& group = groups()[g];
    for (std::size_t i = 0; i < group.parameters.size(); ++i) {
      Tensor& parameter = *group.parameters[i].tensor;
      const Tensor gradient = parameter.grad();
      if (!gradient.defined()) continue;
      Tensor& velocity = slot(0, g, i);
      const bool first = !velocity.defined();
      if (first) velocity = Tensor::empty(parameter.exec(), parameter.shape(), parameter.dtype());
      kernels::sgd_step(parameter.exec(), parameter.mutable_view(), gradient.view(),
                        velocity.mutable_view(),
                        {.learning_rate = group.learning_rate,
                         .momentum = momentum_,
                         .weight_decay = group.weight_decay,
                         .first_step = first});
    }
  }
}

}  // namespace salix
