#include "train/optimizers/adam.h"

#include <set>
#include <utility>

#include "kernels/adam/adam.h"

namespace salix {
namespace {

constexpr const char* kStep = "step.";

}  // namespace

Adam::Adam(std::vector<Group> groups, AdamOptions options)
    : Optimizer(std::move(groups), {"first_moment", "second_moment"}), options_(options) {}

void Adam::update(const Update& u) {
  kernels::adam_step(u.exec, u.parameter, u.gradient, u.slots[0], u.slots[1],
                     {.learning_rate = u.group.learning_rate,
                      .beta1 = options_.beta1,
                      .beta2 = options_.beta2,
                      .eps = options_.eps,
                      .weight_decay = u.group.weight_decay,
                      .decoupled_weight_decay = options_.decoupled_weight_decay,
                      .step = u.step,
                      .gradient_scale = u.gradient_scale,
                      .frozen = u.frozen,
                      .gradient_limit = u.gradient_limit});
}

io::NamedArrays Adam::save() const {
  io::NamedArrays arrays = Optimizer::save();
  for (std::size_t g = 0; g < groups().size(); ++g) {
    for (std::size_t i = 0; i < step_counts()[g].size(); ++i) {
      if (step_counts()[g][i] == 0) continue;
      arrays.add(kStep + groups()[g].parameters[i].name,
                 io::Array::from<std::int64_t>(Shape{}, {step_counts()[g][i]}));
    }
  }
  return arrays;
}

Adam::State Adam::split(const io::NamedArrays& state) const {
  State split{step_counts(), {}};
  StepCounts& steps = split.steps;
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
  for (const io::NamedArray& named : state) {
    if (!own.contains(named.name)) split.rest.add(named.name, named.array);
  }
  return split;
}

void Adam::check(const io::NamedArrays& state) const { Optimizer::check(split(state).rest); }

void Adam::load(const io::NamedArrays& state) {
  State loaded = split(state);
  Optimizer::load(loaded.rest);
  set_step_counts(std::move(loaded.steps));
}

}  // namespace salix
