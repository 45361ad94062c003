#include "kernels/binary/broadcast.h"

#include <algorithm>
#include <array>

#include "engine/error.h"

namespace salix::kernels {
namespace {

using Sizes = std::array<std::int64_t, Shape::kMaxRank>;

// `shape` with ones in front, up to the largest rank.
Sizes aligned(const Shape& shape) {
  Sizes sizes;
  sizes.fill(1);
  std::copy(shape.begin(), shape.end(), sizes.end() - shape.rank());
  return sizes;
}

void append(BroadcastAxes& axes, const BroadcastAxes& from, int axis) {
  axes.size[axes.rank] = from.size[axis];
  axes.y_stride[axes.rank] = from.y_stride[axis];
  axes.a_stride[axes.rank] = from.a_stride[axis];
  axes.b_stride[axes.rank] = from.b_stride[axis];
  ++axes.rank;
}

}  // namespace

Shape broadcast_shape(const char* op, const Shape& a, const Shape& b) {
  const Sizes a_sizes = aligned(a), b_sizes = aligned(b);
  Sizes sizes;
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    SALIX_CHECK(a_sizes[axis] == b_sizes[axis] || a_sizes[axis] == 1 || b_sizes[axis] == 1, op,
                ": shapes must be equal or 1 on each axis, counted from the last; got ", a, " and ",
                b);
    sizes[axis] = a_sizes[axis] == 1 ? b_sizes[axis] : a_sizes[axis];
  }
  const auto rank = static_cast<std::size_t>(std::max(a.rank(), b.rank()));
  return Shape(std::span<const std::int64_t>(sizes).last(rank));
}

BroadcastAxes broadcast_axes(const Shape& a, const Shape& b) {
  const Sizes a_sizes = aligned(a), b_sizes = aligned(b);
  // From the last axis to the first, merging into the axis before when both operands
  // continue as they did.
  BroadcastAxes reversed;
  std::int64_t y_stride = 1, a_stride = 1, b_stride = 1;
  for (int axis = Shape::kMaxRank - 1; axis >= 0; --axis) {
    const auto at = static_cast<std::size_t>(axis);
    const std::int64_t size = std::max(a_sizes[at], b_sizes[at]);
    if (size == 1) continue;
    const bool in_a = a_sizes[at] != 1, in_b = b_sizes[at] != 1;
    const int last = reversed.rank - 1;
    if (last >= 0 && (reversed.a_stride[last] != 0) == in_a &&
        (reversed.b_stride[last] != 0) == in_b) {
      reversed.size[last] *= size;
    } else {
      append(reversed, {1, {size}, {y_stride}, {in_a ? a_stride : 0}, {in_b ? b_stride : 0}}, 0);
    }
    y_stride *= size;
    if (in_a) a_stride *= size;
    if (in_b) b_stride *= size;
  }
  BroadcastAxes axes;
  for (int axis = reversed.rank - 1; axis >= 0; --axis) append(axes, reversed, axis);
  if (axes.rank == 0) append(axes, {1, {1}, {1}, {1}, {1}}, 0);
  return axes;
}

ReductionAxes reduction_axes(const BroadcastAxes& axes, Operand operand) {
  ReductionAxes split;
  for (int axis = 0; axis < axes.rank; ++axis) {
    const std::int64_t stride = operand == Operand::kA ? axes.a_stride[axis] : axes.b_stride[axis];
    append(stride == 0 ? split.summed : split.kept, axes, axis);
  }
  return split;
}

std::optional<OneSided> one_sided(const BroadcastAxes& axes) {
  OneSided form;
  int repeats = 0;
  for (int axis = 0; axis < axes.rank; ++axis) {
    const bool in_both = axes.a_stride[axis] != 0 && axes.b_stride[axis] != 0;
    if (in_both) {
      (repeats == 0 ? form.outer : form.inner) *= axes.size[axis];
    } else {
      form.middle = axes.size[axis];
      form.small = axes.a_stride[axis] == 0 ? Operand::kA : Operand::kB;
      ++repeats;
    }
  }
  if (repeats == 0) std::swap(form.outer, form.inner);  // equal shapes: one long row
  if (repeats > 1) return std::nullopt;
  return form;
}

}  // namespace salix::kernels
