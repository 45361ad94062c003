// Walking a tensor element by element, for expectations written from an op's definition.
#pragma once

#include <vector>

#include "engine/shape.h"

namespace salix::testing {

using Coordinates = std::vector<std::int64_t>;

inline std::int64_t flat_index(const Shape& shape, const Coordinates& at) {
  std::int64_t flat = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    flat = flat * shape.dim(axis) + at[static_cast<std::size_t>(axis)];
  }
  return flat;
}

// Calls f(coordinates) for every element, in memory order.
template <typename F>
void for_each_coordinate(const Shape& shape, const F& f) {
  for (std::int64_t flat = 0; flat < shape.numel(); ++flat) {
    Coordinates at(static_cast<std::size_t>(shape.rank()));
    std::int64_t rest = flat;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      at[static_cast<std::size_t>(axis)] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
    f(at);
  }
}

// What y should hold when y[at] = x[source(at)]; `outside` where source gives no coordinates.
template <typename Source>
std::vector<double> moved(const std::vector<double>& x, const Shape& x_shape, const Shape& y_shape,
                          const Source& source, double outside = 0.0) {
  std::vector<double> y;
  for_each_coordinate(y_shape, [&](const Coordinates& at) {
    const Coordinates from = source(at);
    const bool found = from.size() == static_cast<std::size_t>(x_shape.rank());
    y.push_back(found ? x[static_cast<std::size_t>(flat_index(x_shape, from))] : outside);
  });
  return y;
}

}  // namespace salix::testing
