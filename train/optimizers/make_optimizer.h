// Optimizers by the names of the command line (--optim).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "train/optimizers/sgd.h"

namespace salix {

// "SGD": with `sgd`. "Adam" and "AdamW": betas 0.9 and 0.999; `sgd` is not used.
// Errors    InvalidInput for another name.
std::unique_ptr<Optimizer> make_optimizer(std::string_view name,
                                          std::vector<Optimizer::Group> groups,
                                          SgdOptions sgd = {});

}  // namespace salix
