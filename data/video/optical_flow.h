// Dense optical flow of two photographs, and of the frames of a video.
#pragma once

#include "data/image/image.h"
#include "data/video/flow_field.h"

namespace salix::data {

// Whether this build estimates flow: it does when OpenCV's video module was there.
bool has_optical_flow();

// How each pixel of `first` moves to `second`, two pictures [H,W,3] of one size.
//
// Source    Kroeger et al., "Fast optical flow using dense inverse search", ECCV 2016, by OpenCV's
//           DISOpticalFlow with the preset `medium`, on the grey values of to_grey().
// Repeats   the same bits, also from several threads at once: each call is one thread's work.
// Errors    InvalidInput for pictures of different or too small sizes (16 pixels are needed);
//           NotSupported in a build without OpenCV, naming the package.
FlowField optical_flow(const Image& first, const Image& second);

}  // namespace salix::data
