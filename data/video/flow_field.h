// A motion for each pixel of a picture: what optical flow is, known or estimated.
#pragma once

#include <vector>

namespace salix::data {

// Pixels to the right and down to where the pixel's point lies in the next frame; row by row.
struct FlowField {
  int height = 0, width = 0;
  std::vector<float> right, down;  // height * width each
};

}  // namespace salix::data
