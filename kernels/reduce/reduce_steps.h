// What the implementations of reduce do: one step over one group of neighbouring axes.
#pragma once

#include <vector>

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// y(a,b) = scale * sum over r of x(a,r,b).
//
// Shapes    x [outer,count,inner], y [outer,inner].
// Types     x and y each of one float type or its accumulator's: a sum over several groups
//           of axes keeps what lies between its steps unrounded.
void reduce_step(Exec& exec, ConstView x, View y, double scale);

// dx(i) = scale * dy(i with the index 0 along every axis where dy has size 1).
void broadcast_step(Exec& exec, ConstView dy, View dx, double scale);

// Neighbouring axes that are all summed, or all kept, are one axis: at most six groups,
// summed and kept in turn. Axes of size 1 vanish.
struct AxisGroup {
  std::int64_t size;
  bool summed;
};
std::vector<AxisGroup> axis_groups(const Shape& full, const Shape& kept);

}  // namespace salix::kernels
