#include "train/loop/step_input.h"

#include <algorithm>

#include "engine/text.h"
namespace salix {

bool StepInput::has(std::string_view name) const {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const auto& field) { return field.first == name; });
}

const Tensor& StepInput::operator[](std::string_view name) const {
  std::string known;
  for (const auto& [own, tensor] : fields) {
    if (own == name) return tensor;
    add_to_list(known, own);
  }
  throw InvalidInput(str("a training step needs the field '", name, "'; the batch has ",
                         known.empty() ? std::string("none") : known));
}

StepInput to_device(Exec& exec, const data::Batch& batch) {
  StepInput input{.samples = batch.samples, .fields = {}};
  for (const data::Batch::Values& values : batch.fields) {
    std::vector<std::int64_t> shape{static_cast<std::int64_t>(batch.samples.size())};
    shape.insert(shape.end(), values.field.shape.begin(), values.field.shape.end());
    input.fields.emplace_back(values.field.name,
                              Tensor::upload(exec, values.values.span(), Shape(shape)));
  }
  return input;
}

}  // namespace salix
