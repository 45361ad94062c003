// Stands in for optical_flow_opencv.cpp where OpenCV is absent.
#include "data/video/optical_flow.h"
#include "engine/error.h"

namespace salix::data {

bool has_optical_flow() { return false; }

FlowField optical_flow(const Image&, const Image&) {
  throw NotSupported(
      "optical flow: this build has no OpenCV; install libopencv-video-dev "
      "(scripts/setup.sh video) and build salix again");
}

}  // namespace salix::data
