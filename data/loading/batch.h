// A sample is named fields, and so is a batch: what a recipe's reader makes of its files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/loading/host_buffer.h"
#include "engine/shape.h"

namespace salix::data {

// One array of every sample: its name and its shape, channels last.
struct Field {
  std::string name;  // "image", "mask", "prior_d"
  Shape shape;       // of one sample: [S,S,3]
};

struct Batch {
  struct Values {
    Field field;
    HostBuffer values;  // of all N samples, one after the other
  };

  std::int64_t epoch = 0;
  std::int64_t index = 0;             // of the batch in its epoch, from 0
  std::vector<std::int64_t> samples;  // indices of the data set, N
  std::vector<Values> fields;         // in the reader's order

  bool has(std::string_view name) const;
  // [N,...] of the field `name`. Errors    InvalidInput that lists those there are.
  const HostBuffer& operator[](std::string_view name) const;
  HostBuffer& operator[](std::string_view name);
};

}  // namespace salix::data
