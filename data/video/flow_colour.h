// Optical flow as colours: the wheel of the Middlebury benchmark (Baker et al., "A database and
// evaluation methodology for optical flow", IJCV 2011), which flow images of video data sets use.
#pragma once

#include "data/image/image.h"
#include "data/video/flow_field.h"

namespace salix::data {

// The colour of a motion (u to the right, v down) as a part of the largest one: white at rest, the
// wheel's colour at length 1. Hues by direction: right red, down yellow, left cyan, up violet;
// 55 steps, unevenly spaced as the eye tells hues apart: red to yellow 15, to green 6, to cyan 4,
// to blue 11, to magenta 13, back to red 6.
Rgb flow_colour(float u, float v);

// The length in pixels that `part` of the field's motions do not exceed; 1: the longest. At least
// a thousandth of a pixel, below which all is at rest.
float flow_radius(const FlowField& flow, double part = 1.0);

// A whole field, [H,W,3]: a motion of `radius` pixels, and each longer one, has the full colour.
Image colour_flow(const FlowField& flow, float radius);

}  // namespace salix::data
