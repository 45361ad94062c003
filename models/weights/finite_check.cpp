#include "models/weights/finite_check.h"

#include <cmath>
#include <span>

namespace salix {
namespace {

struct Count {
  std::int64_t nan = 0, infinite = 0;
};

Count count_in(std::span<const float> values) {
  std::int64_t nan = 0, not_finite = 0;
  for (const float value : values) {
    nan += value != value ? 1 : 0;
    not_finite += value - value != 0.0f ? 1 : 0;
  }
  return {nan, not_finite - nan};
}

Count count_in(const io::Array& array) {
  if (!is_floating(array.dtype)) return {};
  if (array.dtype == DType::kFloat32) return count_in(array.as<float>());
  return count_in(array.to_float32().as<float>());
}

}  // namespace

void check_finite(const io::NamedArrays& arrays, const std::vector<std::string>& names) {
  std::string first;
  std::int64_t more = 0;
  for (const std::string& name : names) {
    const io::Array* array = arrays.find(name);
    if (array == nullptr) continue;
    const Count count = count_in(*array);
    if (count.nan + count.infinite == 0) continue;
    if (first.empty()) {
      first = str("'", name, "' holds ", count.nan, " NaN and ", count.infinite,
                  " infinite values of ", array->numel());
    } else {
      ++more;
    }
  }
  SALIX_CHECK(first.empty(), "import: weights must be finite numbers; ", first,
              more > 0 ? str(", and ", more, " more tensors hold such") : "",
              ": the training that wrote the file diverged; use an earlier file");
}

}  // namespace salix
