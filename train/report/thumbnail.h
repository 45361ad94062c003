// Small pictures inside the page.
#pragma once

#include <filesystem>
#include <string>

#include "data/image/image.h"

namespace salix::report {

enum class Picture { kColour, kGrey, kMask };

// The longer side of the largest thumbnails, in pixels.
constexpr int kThumbnailSide = 220;

// The file's picture, shrunk until its longer side is `side` at most. A mask of other values than
// 0 and 255 is stretched, as black pixels of value 1 would show nothing.
// Errors    IoError when the file is no image.
data::Image read_thumbnail(const std::filesystem::path& path, Picture kind,
                           int side = kThumbnailSide);
data::Image shrunk(const data::Image& image, int side);

// A data: URI: JPEG, or PNG where that is smaller, as for masks; colours are always JPEG.
std::string data_uri(const data::Image& image);

}  // namespace salix::report
