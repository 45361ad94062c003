#include "train/optimizers/make_optimizer.h"

#include <utility>

#include "train/optimizers/adam.h"

namespace salix {

std::unique_ptr<Optimizer> make_optimizer(std::string_view name,
                                          std::vector<Optimizer::Group> groups, SgdOptions sgd) {
  if (name == "SGD") return std::make_unique<Sgd>(std::move(groups), sgd);
  if (name == "Adam") return std::make_unique<Adam>(std::move(groups));
  if (name == "AdamW") {
    return std::make_unique<Adam>(std::move(groups), AdamOptions{.decoupled_weight_decay = true});
  }
  throw InvalidInput(str("optimizer: must be SGD, Adam or AdamW; got '", name, "'"));
}

}  // namespace salix
