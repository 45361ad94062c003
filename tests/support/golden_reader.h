// Reads a golden file that holds several tensors one after the other, channels-last.
#pragma once

#include <string>
#include <vector>

#include "tests/support/golden.h"
#include "tests/support/tensors.h"

namespace salix::testing {

class GoldenReader {
 public:
  GoldenReader(Exec& exec, const std::string& name)
      : exec_(exec), values_(golden(exec, name).to_vector<float>()) {}

  Tensor next(const Shape& shape) {
    const std::size_t begin = position_;
    position_ += static_cast<std::size_t>(shape.numel());
    SALIX_CHECK(position_ <= values_.size(), "golden file: too short for ", shape);
    return from(exec_,
                std::vector<float>(values_.begin() + static_cast<std::ptrdiff_t>(begin),
                                   values_.begin() + static_cast<std::ptrdiff_t>(position_)),
                shape);
  }
  bool at_end() const { return position_ == values_.size(); }

 private:
  Exec& exec_;
  std::vector<float> values_;
  std::size_t position_ = 0;
};

}  // namespace salix::testing
