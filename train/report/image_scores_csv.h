// images.csv of an evaluation, read back: the scores of every image.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "train/report/json_lines.h"

namespace salix::report {

// By set, then by image: values in the order of score_columns(), NaN where absent.
using ImageScoresOfSets = std::map<std::string, std::map<std::string, std::vector<double>>>;

// What images_csv() wrote; nothing when there is no such file. Rows with another number of fields
// than the heading are left out, with a note.
ImageScoresOfSets read_image_scores(const std::filesystem::path& path, Notes& notes);

}  // namespace salix::report
