// Runs a StridedBox on the GPU; included by .cu files.
#pragma once

#include "engine/cuda/launch.h"
#include "kernels/common/byte_units.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/divider.h"
#include "kernels/common/flat_grid.h"
#include "kernels/common/strided_box.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

// The axes of a box, the fastest of y first, that a thread or block number is spread over.
struct BoxGrid {
  int rank = 0;
  unsigned threads = 0;
  long long offset = 0;
  Divider sizes[Shape::kMaxRank];
  long long in_strides[Shape::kMaxRank];
  long long out_strides[Shape::kMaxRank];

  void add(const BoxAxis& axis) {
    sizes[rank] = Divider(axis.size);
    in_strides[rank] = axis.in_stride;
    out_strides[rank++] = axis.out_stride;
  }
};

// One thread per unit of y. Writes are whole lines; reads are too where x runs along y's
// last axis, which is where units are wide.
template <typename Unit>
__global__ void strided_copy_kernel(const Unit* x, Unit* y, BoxGrid grid) {
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  if (thread >= grid.threads) return;
  unsigned rest = thread;
  long long from = grid.offset;
  for (int axis = 0; axis < grid.rank; ++axis) {
    from += grid.sizes[axis].peel(rest) * grid.in_strides[axis];
  }
  y[thread] = x[from];
}

constexpr int kTransposeTile = 32;
constexpr int kTransposeRows = 8;

struct TransposeGrid {
  BoxGrid outer;    // all axes but the two of the tile
  Divider l_tiles;  // tiles along y's last axis
  Divider f_tiles;  // tiles along the axis in which x is dense
  int f_size;
  int l_size;
  long long l_in_stride;
  long long f_out_stride;
};

// A transpose through shared memory: a tile is read along x's fast axis and written along
// y's, so both sides move whole lines. The odd row length keeps the column reads of the
// tile on 32 different banks.
template <typename Unit>
__global__ void transpose_kernel(const Unit* x, Unit* y, TransposeGrid grid) {
  __shared__ Unit tile[kTransposeTile][kTransposeTile + 1];
  unsigned rest = blockIdx.x;
  const int l_first = static_cast<int>(grid.l_tiles.peel(rest)) * kTransposeTile;
  const int f_first = static_cast<int>(grid.f_tiles.peel(rest)) * kTransposeTile;
  long long from = grid.outer.offset, to = 0;
  for (int axis = 0; axis < grid.outer.rank; ++axis) {
    const long long i = grid.outer.sizes[axis].peel(rest);
    from += i * grid.outer.in_strides[axis];
    to += i * grid.outer.out_strides[axis];
  }
  const int tx = static_cast<int>(threadIdx.x), ty = static_cast<int>(threadIdx.y);
  for (int l = ty; l < kTransposeTile; l += kTransposeRows) {
    if (l_first + l < grid.l_size && f_first + tx < grid.f_size) {
      tile[l][tx] = x[from + (l_first + l) * grid.l_in_stride + f_first + tx];
    }
  }
  __syncthreads();
  for (int f = ty; f < kTransposeTile; f += kTransposeRows) {
    if (f_first + f < grid.f_size && l_first + tx < grid.l_size) {
      y[to + (f_first + f) * grid.f_out_stride + l_first + tx] = tile[tx][f];
    }
  }
}

template <typename Unit>
void launch_transpose(Exec& exec, const char* op, const Unit* x, Unit* y, const StridedBox& box,
                      int fast_axis) {
  const BoxAxis &fast = box.axes[fast_axis], &last = box.axes[box.rank - 1];
  const std::int64_t l_tiles = (last.size + kTransposeTile - 1) / kTransposeTile;
  const std::int64_t f_tiles = (fast.size + kTransposeTile - 1) / kTransposeTile;
  TransposeGrid grid{{},
                     Divider(l_tiles),
                     Divider(f_tiles),
                     static_cast<int>(fast.size),
                     static_cast<int>(last.size),
                     last.in_stride,
                     fast.out_stride};
  std::int64_t blocks = l_tiles * f_tiles;
  grid.outer.offset = box.offset;
  for (int axis = box.rank - 2; axis >= 0; --axis) {
    if (axis == fast_axis) continue;
    grid.outer.add(box.axes[axis]);
    blocks *= box.axes[axis].size;
  }
  flat_blocks(op, box.numel());  // checks the size
  launch(exec, {static_cast<unsigned>(blocks), {kTransposeTile, kTransposeRows}},
         transpose_kernel<Unit>, x, y, grid);
}

inline void strided_copy(Exec& exec, const char* op, const void* x, void* y,
                         const StridedBox& box) {
  // A tile pays when both of its sides are long; a short one leaves threads idle.
  int fast_axis = -1;
  const BoxAxis& last = box.axes[box.rank - 1];
  for (int axis = 0; axis + 1 < box.rank; ++axis) {
    if (box.axes[axis].in_stride == 1) fast_axis = axis;
  }
  const bool tiled = last.in_stride != 1 && fast_axis >= 0 && last.size >= 8 &&
                     box.axes[fast_axis].size >= 8 && box.unit < 16;
  visit_unit(box.unit, [&](auto tag) {
    using Unit = typename decltype(tag)::type;
    const auto* from = static_cast<const Unit*>(x);
    auto* to = static_cast<Unit*>(y);
    if (tiled) return launch_transpose(exec, op, from, to, box, fast_axis);
    BoxGrid grid;
    grid.offset = box.offset;
    grid.threads = static_cast<unsigned>(box.numel());
    for (int axis = box.rank - 1; axis >= 0; --axis) grid.add(box.axes[axis]);
    launch(exec, {flat_blocks(op, box.numel()), kFlatThreads}, strided_copy_kernel<Unit>, from, to,
           grid);
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
