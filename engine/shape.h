// The sizes of a dense, row-major tensor: up to six axes, kept inline.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>

namespace salix {

class Shape {
 public:
  static constexpr int kMaxRank = 6;

  Shape() = default;  // rank 0: one element
  Shape(std::initializer_list<std::int64_t> sizes);
  explicit Shape(std::span<const std::int64_t> sizes);

  int rank() const { return rank_; }
  // Size along `axis`; negative axes count from the last. InvalidInput when out of range.
  std::int64_t dim(int axis) const;
  std::int64_t operator[](int axis) const { return dim(axis); }
  std::int64_t numel() const;
  // `axis` counted from the front, checked.
  int normalize_axis(int axis) const;
  // A copy with one size replaced.
  Shape with(int axis, std::int64_t size) const;

  const std::int64_t* begin() const { return sizes_.data(); }
  const std::int64_t* end() const { return sizes_.data() + rank_; }
  std::string to_string() const;  // "[2, 3, 4]"

  friend bool operator==(const Shape& a, const Shape& b);

 private:
  std::array<std::int64_t, kMaxRank> sizes_{};
  int rank_ = 0;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape);

}  // namespace salix
