// Over-segmentation: an image cut into regions of similar pixels.
#pragma once

#include <span>

#include "data/image/image.h"

namespace salix::data {

struct GraphSegmentationParams {
  float scale = 300.0f;          // k of the paper: larger, and regions are larger
  int least_size = 50;           // pixels of a region
  float least_thickness = 1.2f;  // pixels of a region per side of a pixel along its outline
  int most_regions = 130;        // 1..256
};

// Pixels of channels of one size as a graph, each joined to its four neighbours by edges that weigh
// the distance of their values. From the lightest edge on, the two regions that an edge joins
// become one if it weighs no more than min over both of (the heaviest edge that made the region +
// scale / its size). Then, again from the lightest on, regions below least_size are joined to a
// neighbour; so are those that are all outline; and last least_size is doubled until there are
// most_regions, or fewer.
//
// Returns   [H,W,1]: ids from 0, in the order of their first pixels. Regions are connected, and
//           ids have no gaps.
// Source    Felzenszwalb and Huttenlocher, "Efficient graph-based image segmentation", IJCV 2004.
// Departs   four neighbours and not eight, so that regions are whole along pixels' sides; the limit
//           of their number; and the thickness: between two even areas the paper leaves strips of
//           one or two pixels where an edge is soft, each a region. (The paper smooths images
//           first, with sigma 0.8: so does the caller.)
Image graph_segmentation(std::span<const FloatMap> channels,
                         const GraphSegmentationParams& params = {});

}  // namespace salix::data
