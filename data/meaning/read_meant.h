// The files of a data set as they are meant: image_io.h's reading, what a Reading changes in it,
// and questions about files that may mean something else.
#pragma once

#include <filesystem>

#include "data/image/image.h"
#include "data/meaning/questions.h"
#include "data/sets/reading.h"

namespace salix::data {

// With a default Reading: read_rgb() and read_grey(). `questions` may be nullptr; several threads
// may share one. Errors    IoError that names the file.

// RGB. `drawn_on_it` is a mask or a map of this photograph, perhaps nullptr: its size tells whether
// the photograph should have been turned.
struct DrawnOnIt {
  Role role;
  const std::filesystem::path& file;
  int height, width;
};
Image read_photograph(const std::filesystem::path& path, const Reading& reading,
                      Questions* questions, const DrawnOnIt* drawn_on_it = nullptr);
// The questions of read_photograph() alone; its pixels are not decoded.
void question_photograph(const std::filesystem::path& path, const Reading& reading,
                         Questions& questions, const DrawnOnIt* drawn_on_it = nullptr);
// RGB, or grey in three channels where the Reading says so.
Image read_modality(const std::filesystem::path& path, const Reading& reading,
                    Questions* questions);
// Grey.
Image read_mask(const std::filesystem::path& path, const Reading& reading, Questions* questions);
Image read_map(const std::filesystem::path& path, const Reading& reading, Questions* questions);

// Whether a mask or a map has the sides of what it belongs to, exchanged.
bool sides_exchanged(int height, int width, int other_height, int other_width);

// Asks about a mask or a map without a value above 128, for who takes a fixed threshold.
void question_fixed_threshold(const Image& grey, Role role, const std::filesystem::path& path,
                              Questions& questions);

}  // namespace salix::data
