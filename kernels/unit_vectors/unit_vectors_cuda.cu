// Bound by memory: a warp to a pixel, whose lanes read neighbouring channels. The second look at
// a pixel's channels comes from the L1 cache.
#include "kernels/common/full_precision.h"
#include "kernels/common/row_lanes.h"
#include "kernels/unit_vectors/unit_vectors.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

struct PixelGrid {
  std::int64_t pixels;
  int height, width, channels;
};

__global__ void unit_vectors_kernel(const float* x, float* unit, float* located, float* norms,
                                    PixelGrid grid) {
  const std::int64_t i = warp_row();
  if (i >= grid.pixels) return;
  const int lane = static_cast<int>(threadIdx.x) % 32, channels = grid.channels;
  const float* from = x + i * channels;
  float square = 0.0f;
  for (int c = lane; c < channels; c += 32) square += from[c] * from[c];
  const float norm = sqrtf(warp_sum(square));
  const float scale = to_unit(norm);
  square = 0.0f;
  for (int c = lane; c < channels; c += 32) square += (scale * from[c]) * (scale * from[c]);
  square = warp_sum(square);
  const float row = place_on_axis<float>(i / grid.width % grid.height, grid.height);
  const float column = place_on_axis<float>(i % grid.width, grid.width);
  const float located_norm = sqrtf(square + row * row + column * column);
  const float located_scale = to_unit(located_norm);
  float* to = located + i * (channels + 2);
  for (int c = lane; c < channels; c += 32) {
    unit[i * channels + c] = scale * from[c];
    to[c] = located_scale * (scale * from[c]);
  }
  if (lane < 2) {
    to[channels + lane] = located_scale * (lane == 0 ? row : column);
    norms[2 * i + lane] = lane == 0 ? norm : located_norm;
  }
}

__global__ void unit_vectors_backward_kernel(const float* dunit, const float* dlocated,
                                             const float* unit, const float* located,
                                             const float* norms, float* dx, PixelGrid grid) {
  const std::int64_t i = warp_row();
  if (i >= grid.pixels) return;
  const int lane = static_cast<int>(threadIdx.x) % 32, channels = grid.channels;
  const float norm = norms[2 * i], located_norm = norms[2 * i + 1];
  const float* v = located + i * (channels + 2);
  const float* dv = dlocated == nullptr ? nullptr : dlocated + i * (channels + 2);
  float along_located = 0.0f;
  if (dv != nullptr) {
    for (int c = lane; c < channels + 2; c += 32) along_located += v[c] * dv[c];
    along_located = radial_part(located_norm, warp_sum(along_located));
  }
  const float located_scale = to_unit(located_norm);
  const auto du = [&](int c) {
    float sum = dunit == nullptr ? 0.0f : dunit[i * channels + c];
    if (dv != nullptr) sum += located_scale * (dv[c] - along_located * v[c]);
    return sum;
  };
  float along = 0.0f;
  for (int c = lane; c < channels; c += 32) along += unit[i * channels + c] * du(c);
  along = radial_part(norm, warp_sum(along));
  const float scale = to_unit(norm);
  for (int c = lane; c < channels; c += 32) {
    dx[i * channels + c] = scale * (du(c) - along * unit[i * channels + c]);
  }
}

PixelGrid grid_of(const ConstView& map) {
  return {map.numel() / map.dim(3), static_cast<int>(map.dim(1)), static_cast<int>(map.dim(2)),
          static_cast<int>(map.dim(3))};
}
const float* floats(const ConstView& view) { return view.empty() ? nullptr : view.as<float>(); }

}  // namespace

void unit_vectors(Exec& exec, const UnitVectorsBuffers& b) {
  require_float32("unit_vectors", b.x.dtype);
  const PixelGrid grid = grid_of(b.x);
  launch(exec, {blocks_for_rows(grid.pixels), kRowThreads}, unit_vectors_kernel, b.x.as<float>(),
         b.unit.as<float>(), b.located.as<float>(), b.norms.as<float>(), grid);
}

void unit_vectors_backward(Exec& exec, const UnitVectorsBackwardBuffers& b) {
  require_float32("unit_vectors_backward", b.unit.dtype);
  const PixelGrid grid = grid_of(b.unit);
  launch(exec, {blocks_for_rows(grid.pixels), kRowThreads}, unit_vectors_backward_kernel,
         floats(b.dunit), floats(b.dlocated), b.unit.as<float>(), b.located.as<float>(),
         b.norms.as<float>(), b.dx.as<float>(), grid);
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
