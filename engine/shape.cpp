#include "engine/shape.h"

#include <algorithm>
#include <limits>
#include <ostream>

#include "engine/error.h"

namespace salix {

Shape::Shape(std::initializer_list<std::int64_t> sizes)
    : Shape(std::span<const std::int64_t>(sizes.begin(), sizes.size())) {}

Shape::Shape(std::span<const std::int64_t> sizes) : rank_(static_cast<int>(sizes.size())) {
  SALIX_CHECK(sizes.size() <= kMaxRank, "Shape: at most ", kMaxRank, " axes; got ", sizes.size());
  std::int64_t numel = 1;
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    const std::int64_t size = sizes[axis];
    SALIX_CHECK(size >= 0, "Shape: sizes must not be negative; got ", size, " for axis ", axis);
    SALIX_CHECK(size == 0 || numel <= std::numeric_limits<std::int64_t>::max() / 16 / size,
                "Shape: more elements than 64 bits can count");
    numel *= std::max<std::int64_t>(size, 1);
    sizes_[axis] = size;
  }
}

int Shape::normalize_axis(int axis) const {
  SALIX_CHECK(axis >= -rank_ && axis < rank_, "Shape: axis ", axis, " is outside ", to_string());
  return axis < 0 ? axis + rank_ : axis;
}

std::int64_t Shape::dim(int axis) const { return sizes_[normalize_axis(axis)]; }

std::int64_t Shape::numel() const {
  std::int64_t product = 1;
  for (const std::int64_t size : *this) product *= size;
  return product;
}

Shape Shape::with(int axis, std::int64_t size) const {
  auto sizes = sizes_;
  sizes[static_cast<std::size_t>(normalize_axis(axis))] = size;
  return Shape(std::span<const std::int64_t>(sizes).first(static_cast<std::size_t>(rank_)));
}

std::string Shape::to_string() const {
  std::string text = "[";
  for (int axis = 0; axis < rank_; ++axis) {
    if (axis > 0) text += ", ";
    text += std::to_string(sizes_[axis]);
  }
  return text + "]";
}

bool operator==(const Shape& a, const Shape& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << shape.to_string(); }

}  // namespace salix
