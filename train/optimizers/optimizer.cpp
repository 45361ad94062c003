#include "train/optimizers/optimizer.h"

#include <set>
#include <utility>

#include "layers/modules/state_dict.h"

namespace salix {

Optimizer::Optimizer(std::vector<Group> groups, std::vector<std::string> slots)
    : groups_(std::move(groups)) {
  for (std::string& name : slots) {
    Slot& made = slots_.emplace_back(Slot{std::move(name), {}});
    for (const Group& group : groups_) made.tensors.emplace_back(group.parameters.size());
  }
}

void Optimizer::clear_grad() {
  for (const Group& group : groups_) {
    for (const StateEntry& parameter : group.parameters) parameter.tensor->clear_grad();
  }
}

io::NamedArrays Optimizer::state() const {
  io::NamedArrays arrays;
  for (const Slot& slot : slots_) {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      for (std::size_t i = 0; i < groups_[g].parameters.size(); ++i) {
        const StateEntry& parameter = groups_[g].parameters[i];
        const Tensor& tensor = slot.tensors[g][i];
        if (!tensor.defined()) continue;
        arrays.add(slot.name + "." + parameter.name, to_array(tensor, parameter.layout));
      }
    }
  }
  return arrays;
}

void Optimizer::load_state(const io::NamedArrays& state) {
  std::vector<Slot> loaded = slots_;
  std::size_t used = 0;
  for (Slot& slot : loaded) {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      for (std::size_t i = 0; i < groups_[g].parameters.size(); ++i) {
        const StateEntry& parameter = groups_[g].parameters[i];
        const io::Array* array = state.find(slot.name + "." + parameter.name);
        slot.tensors[g][i] = {};
        if (array == nullptr) continue;
        Tensor tensor = from_array(parameter.tensor->exec(), *array, parameter.layout);
        SALIX_CHECK(tensor.shape() == parameter.tensor->shape() &&
                        tensor.dtype() == parameter.tensor->dtype(),
                    "optimizer: the ", slot.name, " of '", parameter.name,
                    "' must be like the parameter, ", parameter.tensor->shape(), " ",
                    parameter.tensor->dtype(), "; got ", tensor.shape(), " ", tensor.dtype());
        slot.tensors[g][i] = std::move(tensor);
        ++used;
      }
    }
  }
  if (used != state.size()) refuse_unknown(state);
  slots_ = std::move(loaded);
}

void Optimizer::refuse_unknown(const io::NamedArrays& state) const {
  std::set<std::string> known;
  for (const Slot& slot : slots_) {
    for (const Group& group : groups_) {
      for (const StateEntry& parameter : group.parameters) {
        known.insert(slot.name + "." + parameter.name);
      }
    }
  }
  for (const io::NamedArray& named : state) {
    SALIX_CHECK(known.contains(named.name), "optimizer: '", named.name,
                "' belongs to no parameter of this optimizer; is this the state of another "
                "network or optimizer?");
  }
}

}  // namespace salix
