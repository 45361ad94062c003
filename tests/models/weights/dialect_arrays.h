// Arrays under the names of publishers, as small as they can be.
#pragma once

#include <string>

#include "models/weights/resnet_kind.h"
#include "tests/models/weights/checkpoint_file.h"

namespace salix::testing {

inline io::Array ramp(const Shape& shape) {
  io::Array array = io::Array::zeros(DType::kFloat32, shape);
  float next = 0;
  for (float& value : array.as<float>()) value = next += 0.125f;
  return array;
}

// Placeholders of one element, for names that are looked at and arrays that are not.
inline io::NamedArrays named(const std::vector<std::string>& names) {
  io::NamedArrays arrays;
  for (const std::string& name : names) arrays.add(name, ramp({1}));
  return arrays;
}

// All of several.
inline io::NamedArrays all_of(std::initializer_list<io::NamedArrays> parts) {
  io::NamedArrays all;
  for (const io::NamedArrays& part : parts) {
    for (const io::NamedArray& array : part) all.add(array.name, array.array);
  }
  return all;
}

// The stem and first block of a ResNet-50 in their true shapes: what --allow-partial needs.
inline io::NamedArrays encoder(const std::string& prefix = "") {
  io::NamedArrays arrays;
  const auto add = [&](const std::string& name, const Shape& shape) {
    arrays.add(prefix + name, ramp(shape));
  };
  const auto add_norm = [&](const std::string& name, std::int64_t channels) {
    for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"})
      add(name + part, {channels});
    arrays.add(prefix + name + ".num_batches_tracked", io::Array::from<std::int64_t>({}, {7}));
  };
  add("conv1.weight", {64, 3, 7, 7}), add_norm("bn1", 64);
  add("layer1.0.conv1.weight", {64, 64, 1, 1}), add_norm("layer1.0.bn1", 64);
  add("layer1.0.conv2.weight", {64, 64, 3, 3}), add_norm("layer1.0.bn2", 64);
  add("layer1.0.conv3.weight", {256, 64, 1, 1}), add_norm("layer1.0.bn3", 256);
  add("layer1.0.downsample.0.weight", {256, 64, 1, 1}), add_norm("layer1.0.downsample.1", 256);
  return arrays;
}
// With the counters of the other layers, which count as loaded when a file lacks them.
constexpr std::size_t kLoadedOfEncoder = 30 + 48;

// The names of another ResNet's blocks, with so many in each layer.
inline io::NamedArrays resnet_names(const std::vector<int>& blocks, int convolutions = 3) {
  std::vector<std::string> names{"conv1.weight", "bn1.weight"};
  int layer = 1;
  for (const int count : blocks) {
    for (int block = 0; block < count; ++block) {
      for (int i = 1; i <= convolutions; ++i)
        names.push_back(str("layer", layer, ".", block, ".conv", i, ".weight"));
    }
    ++layer;
  }
  return named(names);
}

}  // namespace salix::testing
