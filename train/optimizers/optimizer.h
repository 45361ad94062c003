// What all optimizers share: groups of parameters with a learning rate each, and the state
// that an exact resume needs, by parameter name.
#pragma once

#include <string>
#include <vector>

#include "engine/io/array.h"
#include "layers/modules/module.h"

namespace salix {

class Optimizer {
 public:
  struct Group {
    std::vector<StateEntry> parameters;
    double learning_rate = 0;
    double weight_decay = 0;
  };

  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // Updates every parameter that has a gradient. The others are skipped entirely, as PyTorch
  // does: no weight decay, no momentum.
  virtual void step() = 0;
  void clear_grad();
  std::vector<Group>& groups() { return groups_; }
  const std::vector<Group>& groups() const { return groups_; }

  // "<slot>.<parameter>" in files' layout, for every parameter that was updated before:
  // "velocity.encoder.conv1.weight".
  virtual io::NamedArrays state() const;
  // Makes the state be what state() gave. InvalidInput, and nothing is changed, for a name or
  // a shape that does not belong to the groups' parameters.
  virtual void load_state(const io::NamedArrays& state);

 protected:
  // `slots`: the names of the tensors kept per parameter.
  Optimizer(std::vector<Group> groups, std::vector<std::string> slots);
  // Undefined until the parameter's first step.
  Tensor& slot(std::size_t slot, std::size_t group, std::size_t parameter) {
    return slots_[slot].tensors[group][parameter];
  }

 private:
  struct Slot {
    std::string name;
    std::vector<std::vector<Tensor>> tensors;  // as groups_[g].parameters[i]
  };

  void refuse_unknown(const io::NamedArrays& state) const;

  std::vector<Group> groups_;
  std::vector<Slot> slots_;
};

}  // namespace salix
