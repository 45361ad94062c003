// What all optimizers share: groups of parameters with a learning rate each, and the state
// that an exact resume needs, by parameter name.
#pragma once

#include <string>
#include <vector>

#include "engine/io/array.h"
#include "layers/modules/module.h"
#include "train/run_folder/state_part.h"

namespace salix {

class Optimizer : public StatePart {
 public:
  struct Group {
    std::vector<StateEntry> parameters;
    double learning_rate = 0;
    double weight_decay = 0;
  };

  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // What governs a step. The tensors are on the device, and the host does not read them.
  struct Controls {
    Tensor gradient_scale = {};  // [], factor of all gradients; undefined: 1
    Tensor frozen = {};          // [] float32: not 0, and nothing is written; undefined: never
    // Every element of the scaled gradients is limited to [-gradient_limit, gradient_limit]
    // (torch.nn.utils.clip_grad_value_) where it is used, without a pass of its own; 0: no limit.
    double gradient_limit = 0;
  };
  // How many steps each parameter has had, as groups()[g].parameters[i].
  using StepCounts = std::vector<std::vector<std::int64_t>>;

  // Updates every parameter that has a gradient. The others are skipped entirely, as PyTorch
  // does: no weight decay, no momentum.
  void step(const Controls& controls);
  void step() { step({}); }
  // The steps are counted on the host, which learns later of one that the device has held back:
  // it puts back the counts of before that step.
  const StepCounts& step_counts() const { return step_counts_; }
  void set_step_counts(StepCounts counts);
  void clear_grad();
  std::vector<Group>& groups() { return groups_; }
  const std::vector<Group>& groups() const { return groups_; }

  std::string prefix() const override { return "optimizer."; }
  // "<slot>.<parameter>" in files' layout, for every parameter that was updated before:
  // "velocity.encoder.conv1.weight".
  io::NamedArrays save() const override;
  // InvalidInput for a name or a shape that does not belong to the groups' parameters.
  void check(const io::NamedArrays& state) const override;
  void load(const io::NamedArrays& state) override;

 protected:
  // `slots`: the names of the tensors kept per parameter.
  Optimizer(std::vector<Group> groups, std::vector<std::string> slots);

  // What one parameter's update is made from.
  struct Update {
    Exec& exec;
    const Group& group;
    View parameter;
    ConstView gradient;
    std::vector<View> slots;  // in the order of their names; anything before the first step
    std::int64_t step;        // of this parameter, from 1
    ConstView gradient_scale, frozen;
    double gradient_limit;
  };
  virtual void update(const Update& update) = 0;

 private:
  struct Slot {
    std::string name;
    std::vector<std::vector<Tensor>> tensors;  // as groups_[g].parameters[i]; undefined before
                                               // the parameter's first step
  };

  void update(std::size_t group, std::size_t parameter, const Controls& controls);
  struct State {
    std::vector<Slot> slots;
    StepCounts step_counts;
  };
  State read(const io::NamedArrays& state) const;
  void refuse_unknown(const io::NamedArrays& state) const;

  std::vector<Group> groups_;
  std::vector<Slot> slots_;
  StepCounts step_counts_;
};

}  // namespace salix
