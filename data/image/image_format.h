// Which format a file has, by its first bytes.
#pragma once

#include "data/image/untrusted_file.h"

namespace salix::data::detail {

enum class ImageFormat { kJpeg, kPng, kBmp };

// Refuses anything else. What is recognised (WebP, HEIC, TIFF, GIF, a web page, ...) is called
// by its name, because such files often carry the name "x.jpg".
ImageFormat format_of(const UntrustedFile& file);

}  // namespace salix::data::detail
