// A batch on the device: named tensors, and which samples they are of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/loading/batch.h"
#include "engine/tensor.h"

namespace salix {

struct StepInput {
  std::vector<std::int64_t> samples = {};              // indices of the data set, N
  std::vector<std::pair<std::string, Tensor>> fields;  // [N,...], under the names of their reader

  bool has(std::string_view name) const;
  // Errors    InvalidInput that lists the fields there are.
  const Tensor& operator[](std::string_view name) const;
};

// Uploads without waiting: `batch` must stay until the step that uses it is done.
StepInput to_device(Exec& exec, const data::Batch& batch);

}  // namespace salix
