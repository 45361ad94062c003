#include "train/run_folder/state_part.h"

#include <set>

#include "layers/modules/state_dict.h"

namespace salix {
namespace {

// Every entry is there with its type and shape, and nothing else is.
void check_entries(const std::string& prefix, const std::vector<StateEntry>& entries,
                   const io::NamedArrays& arrays) {
  for (const StateEntry& entry : entries) {
    const io::Array* array = arrays.find(entry.name);
    SALIX_CHECK(array != nullptr, "the checkpoint has no '", prefix, entry.name,
                "'; is it of another network or recipe?");
    const Shape expected = file_shape(entry);
    SALIX_CHECK(array->dtype == entry.tensor->dtype() && array->shape == expected, "'", prefix,
                entry.name, "' must be ", entry.tensor->dtype(), " ", expected,
                "; the checkpoint has ", array->dtype, " ", array->shape);
  }
  std::set<std::string> known;
  for (const StateEntry& entry : entries) known.insert(entry.name);
  for (const io::NamedArray& named : arrays) {
    SALIX_CHECK(known.contains(named.name), "the checkpoint holds '", prefix, named.name,
                "', which this run does not have; is it of another network or recipe?");
  }
}

}  // namespace

io::NamedArrays NetworkState::save() const { return state_dict(network_); }

void NetworkState::check(const io::NamedArrays& arrays) const {
  check_entries(prefix(), network_.state(), arrays);
}

void NetworkState::load(const io::NamedArrays& arrays) { load_state_dict(network_, arrays); }

io::NamedArrays TensorState::save() const {
  io::NamedArrays arrays;
  for (const StateEntry& entry : tensors_) {
    arrays.add(entry.name, to_array(*entry.tensor, entry.layout));
  }
  return arrays;
}

void TensorState::check(const io::NamedArrays& arrays) const {
  check_entries(prefix(), tensors_, arrays);
}

void TensorState::load(const io::NamedArrays& arrays) {
  for (const StateEntry& entry : tensors_) {
    entry.tensor->copy_from(from_array(entry.tensor->exec(), arrays.at(entry.name), entry.layout));
  }
}

}  // namespace salix
