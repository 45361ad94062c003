#include <algorithm>

#include "engine/parallel.h"
#include "kernels/binary/binary_formulas.h"
#include "kernels/binary/broadcast.h"

namespace salix::kernels::cpu {
namespace {

// Calls run(offsets, count) for stretches along the last axis that cover [begin, end) of y.
// Only the start is found by division; from row to row the position advances like an
// odometer, because a row may be as short as 64 channels.
template <typename Run>
void for_each_run(const BroadcastAxes& axes, std::int64_t begin, std::int64_t end, const Run& run) {
  const int last = axes.rank - 1;
  std::int64_t position[Shape::kMaxRank] = {};
  std::int64_t rest = begin;
  for (int axis = last; axis >= 0; --axis) {
    position[axis] = rest % axes.size[axis];
    rest /= axes.size[axis];
  }
  Offsets offsets = offsets_at(axes, begin);
  while (begin < end) {
    const std::int64_t count = std::min(axes.size[last] - position[last], end - begin);
    run(offsets, count);
    begin += count;
    position[last] += count;
    offsets.y += count * axes.y_stride[last];
    offsets.a += count * axes.a_stride[last];
    offsets.b += count * axes.b_stride[last];
    for (int axis = last; axis > 0 && position[axis] == axes.size[axis]; --axis) {
      position[axis] = 0;
      position[axis - 1] += 1;
      offsets.y += axes.y_stride[axis - 1] - axes.size[axis] * axes.y_stride[axis];
      offsets.a += axes.a_stride[axis - 1] - axes.size[axis] * axes.a_stride[axis];
      offsets.b += axes.b_stride[axis - 1] - axes.size[axis] * axes.b_stride[axis];
    }
  }
}

}  // namespace

// Along the last axis each operand either advances or stays, which gives three loops that
// compilers vectorise.
void binary(Exec&, BinaryOp op, ConstView a_view, ConstView b_view, View y_view) {
  const BroadcastAxes axes = broadcast_axes(a_view.shape, b_view.shape);
  const bool a_moves = axes.a_stride[axes.rank - 1] != 0;
  const bool b_moves = axes.b_stride[axes.rank - 1] != 0;
  visit_float("binary", y_view.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    visit_binary<Real>(op, [&](auto formula) {
      const auto run = [&](const Offsets& at, std::int64_t count) {
        const T* a = a_view.as<T>() + at.a;
        const T* b = b_view.as<T>() + at.b;
        T* y = y_view.as<T>() + at.y;
        const Real a0 = static_cast<Real>(*a), b0 = static_cast<Real>(*b);
        const auto value = [&](Real p, Real q) { return static_cast<T>(formula.value(p, q)); };
        if (a_moves && b_moves) {
          for (std::int64_t i = 0; i < count; ++i)
            y[i] = value(static_cast<Real>(a[i]), static_cast<Real>(b[i]));
        } else if (a_moves) {
          for (std::int64_t i = 0; i < count; ++i) y[i] = value(static_cast<Real>(a[i]), b0);
        } else {
          for (std::int64_t i = 0; i < count; ++i) y[i] = value(a0, static_cast<Real>(b[i]));
        }
      };
      parallel_for(y_view.numel(), grain_for(1), [&](std::int64_t begin, std::int64_t end) {
        for_each_run(axes, begin, end, run);
      });
    });
  });
}

}  // namespace salix::kernels::cpu
