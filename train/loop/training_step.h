// What a recipe computes in one iteration: the loss of a batch, and the rule that changes the
// weights. Everything around it (backward pass, ranks, guard, log, checkpoints) is the loop's.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/network.h"
#include "train/loop/logged_picture.h"
#include "train/loop/step_input.h"
#include "train/optimizers/update_rule.h"
#include "train/run_folder/loggers/metrics_log.h"
#include "train/run_folder/position.h"
#include "train/run_folder/state_part.h"

namespace salix {

// One of the numbers that the log shows beside the total.
struct LossTerm {
  std::string name;                   // "csd"
  Tensor value;                       // one element, off the tape; undefined: not evaluated, 0
  std::optional<double> weight = {};  // of `value` in the total; none: it is weighted already
};

struct Loss {
  Tensor total;  // one element, on the tape
  std::vector<LossTerm> terms = {};
  Metrics facts = {};  // known on the host, worth a place in the log: the size of a second pass
  // What the network gave, for those who audit the step.
  std::vector<NamedOutput> outputs = {};
  // Work on the host once the iteration is done and its loss is known to be finite: labels that
  // are written anew. It may hold tensors.
  std::function<void()> afterwards = {};
  // Likewise, asked on the rank that writes alone: what there is to see of the iteration. They
  // become pictures/<name>_<step>.png of the run's folder, and images of TensorBoard.
  PictureMaker pictures = {};
};

class TrainingStep {
 public:
  virtual ~TrainingStep() = default;

  // The forward pass. `position`: of the iteration about to be done; its step counts from 0.
  virtual Loss loss(const StepInput& input, const TrainingPosition& position) = 0;
  // The learning rate of each group of update() for this iteration.
  virtual std::vector<double> rates(const StepInput& input, const TrainingPosition& position) = 0;
  virtual UpdateRule& update() = 0;
  // The network that is trained: its running statistics are guarded, its weights are the result.
  virtual Module& network() = 0;

  // When the update was queued: what moves on beside the weights (memory bank, key encoder).
  // Where `frozen` [] is not 0 on the device, the loss was not finite and nothing may change.
  virtual void after_update(const StepInput& input, const Tensor& frozen) {
    (void)input;
    (void)frozen;
  }
  // Parts of a checkpoint beside network and optimizer, by name.
  virtual std::vector<StatePart*> more_state() { return {}; }
};

}  // namespace salix
