// A warp copies a row; the host knows neither how many there are nor whether the queue moves. Each
// warp adds up the few parts' sizes by itself rather than wait for another launch.
#include "kernels/common/full_precision.h"
#include "kernels/common/row_lanes.h"
#include "kernels/memory_push/memory_push.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

struct Queue {
  float* rows;
  int* labels;
  int* bounds;
};
struct ConstQueue {
  const float* rows;
  const int* labels;
};

__global__ void push_kernel(MemoryMove move, const float* frozen, ConstQueue old, ConstQueue fresh,
                            Queue moved, std::int64_t room, int channels) {
  const std::int64_t row = warp_row();
  if (row >= room) return;
  move.frozen = *frozen != 0.0f;
  const int lane = static_cast<int>(threadIdx.x) % 32, parts = 2 * move.iterations;
  int begin = 0, own_part = -1, own_begin = 0;
  for (int part = 0; part < parts; ++part) {
    const int end = begin + move.part_size(part);
    if (row >= begin && row < end) {
      own_part = part;
      own_begin = begin;
    }
    if (row == 0 && lane == 0) moved.bounds[part] = begin;
    begin = end;
  }
  if (row == 0 && lane == 0) moved.bounds[parts] = begin;
  float* to = moved.rows + row * channels;
  if (own_part < 0) {
    for (int c = lane; c < channels; c += 32) to[c] = 0.0f;
    if (lane == 0) moved.labels[row] = -1;
    return;
  }
  const MemoryMove::Source source = move.source(own_part, static_cast<int>(row) - own_begin);
  const ConstQueue& from = source.is_new ? fresh : old;
  for (int c = lane; c < channels; c += 32) to[c] = from.rows[source.row * channels + c];
  if (lane == 0) moved.labels[row] = from.labels[source.row];
}

}  // namespace

void memory_push(Exec& exec, const MemoryPushBuffers& b) {
  require_float32("memory_push", b.new_rows.dtype);
  const std::int64_t room = b.moved_rows.dim(0);
  const MemoryMove move{b.bounds.as<std::int32_t>(),
                        b.new_bounds.as<std::int32_t>(),
                        static_cast<int>(b.bounds.numel() - 1) / 2,
                        static_cast<int>(b.new_rows.dim(0)),
                        static_cast<int>(b.new_bounds.dim(1) - 1),
                        b.new_rows.dim(1),
                        false};
  const bool empty = b.rows.empty();
  launch(exec, {blocks_for_rows(room), kRowThreads}, push_kernel, move, b.frozen.as<float>(),
         ConstQueue{empty ? nullptr : b.rows.as<float>(),
                    empty ? nullptr : b.labels.as<std::int32_t>()},
         ConstQueue{b.new_rows.as<float>(), b.new_labels.as<std::int32_t>()},
         Queue{b.moved_rows.as<float>(), b.moved_labels.as<std::int32_t>(),
               b.moved_bounds.as<std::int32_t>()},
         room, static_cast<int>(b.new_rows.dim(2)));
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
