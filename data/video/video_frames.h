// Folders of video frames in order of time, and the motion at a frame.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/sets/file_list.h"
#include "data/video/flow_field.h"

namespace salix::data {

struct Video {
  std::string name;  // its folder, below the one searched; "" for that folder itself
  std::vector<std::filesystem::path> frames;
};

// The videos below a folder, by name: each folder with images, at any depth, is one. Frames are
// ordered by name with numbers compared as numbers: 2.jpg comes before 10.jpg.
//
// `warn` as in images_below(), and of names with dots.
// Errors    IoError for a folder without images; InvalidInput for two frames of one name.
std::vector<Video> videos_below(const std::filesystem::path& folder, const Warn& warn = {});

// How each pixel of frame k moves to frame k+1. The last frame has no next one: its pixels are
// followed backwards to the frame before, and the motion is turned around, so that it lies where
// the last frame's objects are.
//
// Errors    those of optical_flow() and read_rgb(), naming the file; InvalidInput for a video of
//           a single frame.
FlowField frame_flow(const Video& video, std::size_t k);

}  // namespace salix::data
