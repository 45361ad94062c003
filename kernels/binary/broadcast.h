// Broadcasting, NumPy's rules: shapes are aligned at their last axis, and a size of 1
// stretches. Neighbouring axes that broadcast alike are merged, so that the shapes of real
// networks come down to three axes at most.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/host_device.h"
#include "engine/shape.h"

namespace salix::kernels {

// The shape of op(a, b); InvalidInput when they do not fit.
Shape broadcast_shape(const char* op, const Shape& a, const Shape& b);

// A walk over y, with the steps that it means in a and b; 0 where an operand repeats.
struct BroadcastAxes {
  int rank = 0;
  std::int64_t size[Shape::kMaxRank] = {};
  std::int64_t y_stride[Shape::kMaxRank] = {};
  std::int64_t a_stride[Shape::kMaxRank] = {};
  std::int64_t b_stride[Shape::kMaxRank] = {};

  SALIX_HOST_DEVICE std::int64_t numel() const {
    std::int64_t product = 1;
    for (int axis = 0; axis < rank; ++axis) product *= size[axis];
    return product;
  }
};

// Merged axes of y, at least one; no size is 0 (kernels return earlier).
BroadcastAxes broadcast_axes(const Shape& a, const Shape& b);

// Those axes along which one operand repeats, and the others: its gradient sums over the
// first for each position of the second.
enum class Operand { kA, kB };
struct ReductionAxes {
  BroadcastAxes kept;
  BroadcastAxes summed;
};
ReductionAxes reduction_axes(const BroadcastAxes& axes, Operand operand);

// The forms that networks use: y is [outer, middle, inner], one operand has all of it, and
// the other, `small`, is [outer, inner]: it repeats along the middle.
//   [N,H,W,C] with [C]        outer 1,   middle NHW, inner C
//   [N,H,W,C] with [N,1,1,C]  outer N,   middle HW,  inner C
//   [N,H,W,C] with [N,H,W,1]  outer NHW, middle C,   inner 1
//   any with a scalar         outer 1,   middle all, inner 1
//   equal shapes              outer 1,   middle 1,   inner all
struct OneSided {
  std::int64_t outer = 1;
  std::int64_t middle = 1;
  std::int64_t inner = 1;
  Operand small = Operand::kB;
};
// Empty when both operands repeat, or one does along axes that are apart.
std::optional<OneSided> one_sided(const BroadcastAxes& axes);

struct Offsets {
  std::int64_t y;
  std::int64_t a;
  std::int64_t b;
};

// Where step `index` of the walk stands, by one division per axis.
SALIX_HOST_DEVICE inline Offsets offsets_at(const BroadcastAxes& axes, std::int64_t index) {
  Offsets offsets{0, 0, 0};
  for (int axis = axes.rank - 1; axis >= 0; --axis) {
    const std::int64_t coordinate = index % axes.size[axis];
    index /= axes.size[axis];
    offsets.y += coordinate * axes.y_stride[axis];
    offsets.a += coordinate * axes.a_stride[axis];
    offsets.b += coordinate * axes.b_stride[axis];
  }
  return offsets;
}

}  // namespace salix::kernels
