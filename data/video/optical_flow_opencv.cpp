// OpenCV does the work.
#include <opencv2/core/utility.hpp>
#include <opencv2/video/tracking.hpp>

#include "data/image/image_io.h"
#include "data/video/optical_flow.h"
#include "engine/error.h"

namespace salix::data {
namespace {

constexpr int kSmallestSide = 16;  // of which a half and a quarter still hold a patch of 8 pixels

// The search hands results from patch to patch within one stripe of the picture, and there are as
// many stripes as threads: with more than one the flow would depend on the machine.
void use_one_thread() {
  [[maybe_unused]] static const bool done = [] {
    cv::setNumThreads(1);
    return true;
  }();
}

cv::Mat as_matrix(Image& grey) { return {grey.height, grey.width, CV_8UC1, grey.pixels.data()}; }

}  // namespace

bool has_optical_flow() { return true; }

FlowField optical_flow(const Image& first, const Image& second) {
  SALIX_CHECK(first.channels == 3 && second.channels == 3,
              "optical flow: pictures must have 3 channels; got ", first.channels, " and ",
              second.channels);
  SALIX_CHECK(first.height == second.height && first.width == second.width,
              "optical flow: frames must have one size; got ", first.height, " x ", first.width,
              " and ", second.height, " x ", second.width);
  SALIX_CHECK(first.height >= kSmallestSide && first.width >= kSmallestSide,
              "optical flow: frames must be at least ", kSmallestSide,
              " pixels high and wide; got ", first.height, " x ", first.width);
  use_one_thread();
  Image from = to_grey(first), to = to_grey(second);
  cv::Mat motion;
  try {
    cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM)
        ->calc(as_matrix(from), as_matrix(to), motion);
  } catch (const cv::Exception& error) {
    throw LibraryError(str("optical flow: OpenCV failed: ", error.what()));
  }
  FlowField flow{first.height, first.width, {}, {}};
  const auto pixels = static_cast<std::size_t>(first.height) * first.width;
  flow.right.reserve(pixels);
  flow.down.reserve(pixels);
  for (int i = 0; i < first.height; ++i) {
    for (int j = 0; j < first.width; ++j) {
      const auto& vector = motion.at<cv::Vec2f>(i, j);
      flow.right.push_back(vector[0]);
      flow.down.push_back(vector[1]);
    }
  }
  return flow;
}

}  // namespace salix::data
