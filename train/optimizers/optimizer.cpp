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
  for (const Group& group : groups_) step_counts_.emplace_back(group.parameters.size(), 0);
}

void Optimizer::step(const Controls& controls) {
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    for (std::size_t i = 0; i < groups_[g].parameters.size(); ++i) update(g, i, controls);
  }
}

void Optimizer::update(std::size_t g, std::size_t i, const Controls& controls) {
  Tensor& parameter = *groups_[g].parameters[i].tensor;
  const Tensor gradient = parameter.grad();
  if (!gradient.defined()) return;
  const auto view_of = [](const Tensor& tensor) {
    return tensor.defined() ? tensor.view() : ConstView{};
  };
  std::vector<View> slots;
  for (Slot& slot : slots_) {
    Tensor& kept = slot.tensors[g][i];
    if (!kept.defined()) {
      kept = Tensor::empty(parameter.exec(), parameter.shape(), parameter.dtype());
    }
    slots.push_back(kept.mutable_view());
  }
  update({parameter.exec(), groups_[g], parameter.mutable_view(), gradient.view(), std::move(slots),
          ++step_counts_[g][i], view_of(controls.gradient_scale), view_of(controls.frozen),
          controls.gradient_limit});
}

void Optimizer::set_step_counts(StepCounts counts) {
  bool fits = counts.size() == groups_.size();
  for (std::size_t g = 0; fits && g < counts.size(); ++g) {
    fits = counts[g].size() == groups_[g].parameters.size();
  }
  SALIX_CHECK(fits, "optimizer: there must be one step count per parameter");
  step_counts_ = std::move(counts);
}

void Optimizer::clear_grad() {
  for (const Group& group : groups_) {
    for (const StateEntry& parameter : group.parameters) parameter.tensor->clear_grad();
  }
}

io::NamedArrays Optimizer::save() const {
  io::NamedArrays arrays;
  for (const Slot& slot : slots_) {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      for (std::size_t i = 0; i < groups_[g].parameters.size(); ++i) {
        const StateEntry& parameter = groups_[g].parameters[i];
        const Tensor& tensor = slot.tensors[g][i];
        if (step_counts_[g][i] == 0) continue;
        arrays.add(slot.name + "." + parameter.name, to_array(tensor, parameter.layout));
      }
    }
  }
  return arrays;
}

Optimizer::State Optimizer::read(const io::NamedArrays& state) const {
  State read{slots_, step_counts_};
  std::size_t used = 0;
  for (Slot& slot : read.slots) {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      for (std::size_t i = 0; i < groups_[g].parameters.size(); ++i) {
        const StateEntry& parameter = groups_[g].parameters[i];
        const io::Array* array = state.find(slot.name + "." + parameter.name);
        slot.tensors[g][i] = {};
        read.step_counts[g][i] =
            array == nullptr ? 0 : 1;  // at least; those that matter are in a file
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
  return read;
}

void Optimizer::check(const io::NamedArrays& state) const { read(state); }

void Optimizer::load(const io::NamedArrays& state) {
  State loaded = read(state);
  slots_ = std::move(loaded.slots);
  step_counts_ = std::move(loaded.step_counts);
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
