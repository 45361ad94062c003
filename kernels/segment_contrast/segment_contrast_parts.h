// What the implementations of the segment-contrastive loss share.
#pragma once

#include "kernels/segment_contrast/segment_contrast.h"

namespace salix::kernels {

namespace cpu {  // the plain reference
decltype(kernels::segment_contrast) segment_contrast;
decltype(kernels::segment_contrast_backward) segment_contrast_backward;
}  // namespace cpu
namespace vectorised {  // float32
decltype(kernels::segment_contrast) segment_contrast;
}
namespace simt {
decltype(kernels::segment_contrast) segment_contrast;
decltype(kernels::segment_contrast_backward) segment_contrast_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::segment_contrast) segment_contrast;
decltype(kernels::segment_contrast_backward) segment_contrast_backward;
}  // namespace cuda

// The parts of a batch that see nothing of each other, on the host.
struct ContrastGroup {
  std::int64_t first_row, end_row;
  std::int64_t first_prototype, end_prototype;
};
inline ContrastGroup contrast_group(const SegmentContrastBuffers& b, int groups, int group) {
  const std::int64_t rows = b.rows.dim(0) / groups, step = (b.bounds.dim(0) - 1) / groups;
  const auto* bounds = b.bounds.as<std::int32_t>();
  return {group * rows, (group + 1) * rows, bounds[group * step], bounds[(group + 1) * step]};
}
inline std::int64_t memory_rows(const SegmentContrastBuffers& b) {
  return b.memory.empty() ? 0 : b.memory_bounds.as<std::int32_t>()[b.memory_bounds.numel() - 1];
}

}  // namespace salix::kernels
