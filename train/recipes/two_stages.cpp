#include "train/recipes/two_stages.h"

namespace salix {

TwoStages two_stages(data::Task task) {
  return {"a2s", task == data::Task::kColour ? "cornet" : "midnet"};
}

}  // namespace salix
