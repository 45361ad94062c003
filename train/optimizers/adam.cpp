#include "train/optimizers/adam.h"

#include <set>
#include <utility>

#include "kernels/adam/adam.h"

namespace salix {
namespace {

constexpr const char* kStep = "step.";

}  // namespace

Adam::Adam(std::vector<Group> groups, AdamOptions options)
    : Optimizer(std::move(groups), {"first_moment", "second_moment"}), options_(options) {
  for (const Group& group : this->groups()) steps_.emplace_back(group.parameters.size(), 0);
}

void Adam::step() {
  for (std::size_t g = 0; g < groups().size(); ++g) {
    const Group& group = groups()[g];
    for (std::size_t i = 0; i < group.parameters.size(); ++i) {
      Tensor& parameter = *group.parameters[i].tensor;
      const Tensor gradient = parameter.grad();
      if (!gradient.defined()) continue;
      Tensor &first_moment = slot(0, g, i), &second_moment = slot(1, g, i);
      if (steps_[g][i]++ == 0) {
        first_moment = Tensor::empty(parameter.exec(), parameter.shape(), parameter.dtype());
        second_moment = Tensor::empty(parameter.exec(), parameter.shape(), parameter.dtype());
      }
      kernels::adam_step(parameter.exec(), parameter.mutable_view(), gradient.view(),
                         first_moment.mutable_view(), second_moment.mutable_view(),
                         {.learning_rate = group.learning_rate,
                          .beta1 = options_.beta1,
                          .beta2 = options_.beta2,
                          .eps = options_.eps,
                          .weight_decay = group.weight_decay,
                          .step = steps_[g][i]});
    }
  }
}

io::NamedArrays Adam::state() const {
  io::NamedArrays arrays = Optimizer::state();
  for (std::size_t g = 0; g < groups().size(); ++g) {
    for (std::size_t i = 0; i < steps_[g].size(); ++i) {
      if (steps_[g][i] == 0) continue;
      arrays.add(kStep + groups()[g].parameters[i].name,
                 io::Array::from<std::int64_t>(Shape{}, {steps_[g][i]}));
    }
  }
  return arrays;
}

void Adam::load_state(const io::NamedArrays& state) {
  std::vector<std::vector<std::int64_t>> steps = steps_;
  std::set<std::string> own;
  for (std::size_t g = 0; g < groups().size(); ++g) {
    for (std::size_t i = 0; i < steps[g].size(); ++i) {
      const std::string& name = groups()[g].parameters[i].name;
      const io::Array* array = state.find(kStep + name);
      const bool has_moments =
          state.contains("first_moment." + name) && state.contains("second_moment." + name);
      SALIX_CHECK(has_moments == (array != nullptr), "optimizer: '", name,
                  "' must have both moments and its number of steps, or none of them");
      steps[g][i] = 0;
      if (array == nullptr) continue;
      SALIX_CHECK(array->dtype == DType::kInt64 && array->numel() == 1 &&
                      array->as<std::int64_t>().front() > 0,
                  "optimizer: the step of '", name, "' must be one positive int64; got ",
                  array->shape, " ", array->dtype);
      steps[g][i] = array->as<std::int64_t>().front();
      own.insert(kStep + name);
    }
  }
  // The rest is for the base class to know, or to refuse.
  io::NamedArrays rest;
  for (const io::NamedArray& named : state) {
    if (!own.contains(named.name)) rest.add(named.name, named.array);
  }
  Optimizer::load_state(rest);
  steps_ = std::move(steps);
}

}  // namespace salix
