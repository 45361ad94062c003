// Thread numbers to pixels, for the GPU kernels of all poolings: one thread per pixel and
// pack of channels, so that neighbouring threads touch neighbouring 16 bytes.
#pragma once

#include "engine/shape.h"
#include "kernels/common/divider.h"
#include "kernels/common/flat_grid.h"
#include "kernels/common/pool_window.h"

namespace salix::kernels {

struct PoolPixel {
  int image;
  int i;
  int j;
  int c;  // the pack's first channel
};

template <typename Axis>
struct PoolGrid {
  Axis height;
  Axis width;
  int channels;
  int pack_width;
  unsigned threads;
  Divider packs_per_pixel;
  Divider columns;  // of the map that has one thread per pixel: y, or dx in the backward
  Divider rows;

  PoolGrid(const Axis& height_axis, const Axis& width_axis, const Shape& threaded_map, int pack)
      : height(height_axis),
        width(width_axis),
        channels(static_cast<int>(threaded_map.dim(3))),
        pack_width(pack),
        threads(static_cast<unsigned>(threaded_map.numel() / pack)),
        packs_per_pixel(threaded_map.dim(3) / pack),
        columns(threaded_map.dim(2)),
        rows(threaded_map.dim(1)) {}

  SALIX_HOST_DEVICE PoolPixel locate(unsigned thread) const {
    PoolPixel pixel;
    pixel.c = static_cast<int>(packs_per_pixel.peel(thread)) * pack_width;
    pixel.j = static_cast<int>(columns.peel(thread));
    pixel.i = static_cast<int>(rows.peel(thread));
    pixel.image = static_cast<int>(thread);
    return pixel;
  }
  // Element offsets of a pixel's channel c in the two maps.
  SALIX_HOST_DEVICE long long in_offset(const PoolPixel& at, int i, int j) const {
    return ((static_cast<long long>(at.image) * height.in_size + i) * width.in_size + j) *
               channels +
           at.c;
  }
  SALIX_HOST_DEVICE long long out_offset(const PoolPixel& at, int i, int j) const {
    return ((static_cast<long long>(at.image) * height.out_size + i) * width.out_size + j) *
               channels +
           at.c;
  }
};

}  // namespace salix::kernels
