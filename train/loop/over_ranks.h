// What the ranks of a training tell each other besides gradients. Alone, with no communicator
// on the Exec (Ranks in engine/comm), all of it does nothing.
#pragma once

#include "engine/comm/communicator.h"
#include "layers/modules/module.h"
#include "train/loop/step_summary.h"
#include "train/run_folder/position.h"

namespace salix {

class OverRanks {
 public:
  explicit OverRanks(Exec& exec) : communicator_(exec.extension<Ranks>().communicator) {}

  int rank() const { return communicator_ == nullptr ? 0 : communicator_->rank(); }
  int ranks() const { return communicator_ == nullptr ? 1 : communicator_->ranks(); }
  // Whether this rank writes the files of the run.
  bool writes() const { return rank() == 0; }
  void wait_for_all() const {
    if (communicator_ != nullptr) communicator_->barrier();
  }

  // Every rank's network becomes that of rank 0, running statistics included.
  void broadcast(const Module& network) const;
  // Loss and terms become their means over the ranks.
  void average(StepSummary& summary) const;
  // What rank 0 says.
  double of_first(double value) const;
  bool any(bool here) const;
  // Errors    InvalidInput unless all ranks have found the same checkpoint.
  void check_same_position(const TrainingPosition& position) const;

 private:
  Communicator* communicator_;
};

}  // namespace salix
