#include "train/optimizers/sgd.h"

#include <utility>

#include "kernels/sgd/sgd.h"

namespace salix {

Sgd::Sgd(std::vector<Group> groups, SgdOptions options)
    : Optimizer(std::move(groups), {"velocity"}), options_(options) {}

void Sgd::update(const Update& u) {
  kernels::sgd_step(u.exec, u.parameter, u.gradient, u.slots[0],
                    {.learning_rate = u.group.learning_rate,
                     .momentum = options_.momentum,
                     .weight_decay = u.group.weight_decay,
                     .nesterov = options_.nesterov,
                     .first_step = u.step == 1,
                     .gradient_scale = u.gradient_scale,
                     .frozen = u.frozen,
                     .gradient_limit = u.gradient_limit});
}

}  // namespace salix
