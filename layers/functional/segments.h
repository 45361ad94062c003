// Segments: pixels of one image, one cluster and one label; and the prototypes that stand for them.
#pragma once

#include "engine/tensor.h"
#include "kernels/segments/segments.h"

namespace salix {

using kernels::SegmentParams;

// All int32, off the tape. P = h w pixels to an image; K = N P is room for as many segments as
// there can be. How many there are is known on the device alone.
struct Segments {
  Tensor ids;  // [N,h,w] of each pixel, from 0, by image, cluster, combined label
  Tensor pixel_semantic, pixel_instance;  // [N,h,w] labels of the pixels
  Tensor semantic, instance, image;       // [K] of each segment; -1 behind the last
  Tensor bounds;  // [N+1]: image n has the segments [bounds(n), bounds(n+1)); the last is the count
};

// clusters [N,h,w] int32; semantic and instance [M,H,W,1] float32 with N a multiple of M: image n
// has the labels of map n % M. Formula: kernels/segments/segments.h. Not differentiable.
Segments number_segments(const Tensor& clusters, const Tensor& semantic, const Tensor& instance,
                         const SegmentParams& params = {});

// rows [N,h,w,C] -> [K,C]: the sum of each segment's rows, normalised; zeros behind the last.
Tensor segment_prototypes(const Tensor& rows, const Segments& segments);

}  // namespace salix
