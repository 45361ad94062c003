// How the CPU passes cut a map, and per-channel values laid out for their inner loops.
#pragma once

#include <algorithm>
#include <vector>

#include "engine/parallel.h"
#include "kernels/channel_norm/channel_norm.h"

namespace salix::kernels::cpu {

// Runs of rows of one image. About 32K elements each: they stay in the L2 cache; and at most
// 1024 rows, which bounds the rounding of float sums over a chunk.
struct RowChunks {
  explicit RowChunks(const ChannelNormSizes& sizes)
      : rows(sizes.rows),
        channels(sizes.channels),
        rows_per_chunk(std::min<std::int64_t>(grain_for(channels), 1024)),
        per_image((rows + rows_per_chunk - 1) / rows_per_chunk),
        count(sizes.images * per_image) {}

  std::int64_t image(std::int64_t chunk) const { return chunk / per_image; }
  std::int64_t first_row(std::int64_t chunk) const { return chunk % per_image * rows_per_chunk; }
  std::int64_t size(std::int64_t chunk) const {
    return std::min(rows_per_chunk, rows - first_row(chunk));
  }
  // Of the chunk's first element.
  std::int64_t offset(std::int64_t chunk) const {
    return (image(chunk) * rows + first_row(chunk)) * channels;
  }
  template <typename Body>
  void parallel(const Body& body) const {
    parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t chunk = begin; chunk < end; ++chunk) body(chunk);
    });
  }

  std::int64_t rows, channels, rows_per_chunk, per_image, count;
};

// One value per image and channel, from one per image and group.
template <typename Real, typename Function>
std::vector<Real> per_channel(const ChannelNormSizes& sizes, const Function& value) {
  std::vector<Real> values(static_cast<std::size_t>(sizes.images * sizes.channels));
  for (std::int64_t image = 0; image < sizes.images; ++image) {
    for (std::int64_t c = 0; c < sizes.channels; ++c) {
      const std::int64_t group = image * sizes.groups + c / sizes.group_channels();
      values[static_cast<std::size_t>(image * sizes.channels + c)] = value(group, c);
    }
  }
  return values;
}

}  // namespace salix::kernels::cpu
