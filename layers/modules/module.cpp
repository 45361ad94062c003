#include "layers/modules/module.h"

namespace salix {

void Module::add_parameter(const std::string& name, Tensor& tensor, FileLayout layout) {
  tensor.set_requires_grad(true);
  own_.push_back({.name = name, .tensor = &tensor, .is_parameter = true, .layout = layout});
}

void Module::add_buffer(const std::string& name, Tensor& tensor) {
  own_.push_back({.name = name, .tensor = &tensor, .is_parameter = false});
}

void Module::add_norm_parameter(const std::string& name, Tensor& tensor) {
  add_parameter(name, tensor);
  own_.back().is_norm = true;
}

void Module::add_norm_buffer(const std::string& name, Tensor& tensor) {
  own_.push_back({.name = name, .tensor = &tensor, .is_parameter = false, .is_norm = true});
}

void Module::add_module(const std::string& name, Module& child) {
  children_.push_back({name, &child});
}

void Module::collect(const std::string& prefix, std::vector<StateEntry>& entries) const {
  for (const StateEntry& entry : own_) {
    entries.push_back(entry);
    entries.back().name = prefix + entry.name;
  }
  for (const Child& child : children_) {
    child.module->collect(child.name.empty() ? prefix : prefix + child.name + ".", entries);
  }
}

std::vector<StateEntry> Module::state(const std::string& prefix) const {
  std::vector<StateEntry> entries;
  collect(prefix, entries);
  return entries;
}

std::vector<StateEntry> Module::parameters(const std::string& prefix) const {
  std::vector<StateEntry> entries = state(prefix);
  std::erase_if(entries, [](const StateEntry& entry) { return !entry.is_parameter; });
  return entries;
}

void Module::for_each(const std::function<void(Module&)>& visit) {
  visit(*this);
  for (const Child& child : children_) child.module->for_each(visit);
}

void Module::train(bool training) {
  for_each([training](Module& module) {
    module.training_ = training;
    module.on_mode_change();
  });
}

void Module::set_requires_grad(bool requires_grad) {
  for (const StateEntry& entry : parameters()) entry.tensor->set_requires_grad(requires_grad);
}

void Module::clear_grad() {
  for (const StateEntry& entry : parameters()) entry.tensor->clear_grad();
}

void Module::to(DType dtype) {
  SALIX_CHECK(is_floating(dtype), "Module::to: expected a floating dtype; got ", dtype);
  for (const StateEntry& entry : state()) {
    Tensor& tensor = *entry.tensor;
    const bool stays = dtype == DType::kBFloat16 && entry.is_norm;
    if (!is_floating(tensor.dtype()) || stays) continue;
    const bool wanted_grad = tensor.requires_grad();
    tensor = tensor.detach().to(dtype);
    if (wanted_grad) tensor.set_requires_grad(true);
  }
}

void Module::prepare_inference() {
  SALIX_CHECK(!training_, "prepare_inference: call eval() first");
  for_each([](Module& module) { module.on_prepare_inference(); });
}

}  // namespace salix
