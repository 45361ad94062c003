// Data sets as list files: one sample per line, as DHFR's programs read them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/sets/dataset.h"

namespace salix::data {

// A line's files, below the data root; empty where the line has no such field.
struct ListedFiles {
  int line = 0;  // from 1
  std::filesystem::path image, depth, labels, instances, contours;
};

// Fields are separated by one space:
//   image depth labels instances contours | image depth labels instances | image depth labels
//   image labels instances | image labels | image
// Of three fields the second is depth where "depth" or "Depth" occurs in the line. Labels are a
// ground truth or scribbles. Blank lines are passed over; lines may end as in DOS.
//
// Errors    IoError when the file cannot be read; InvalidInput that names file and line for more
//           than five fields or an empty one, and for a file without lines.
std::vector<ListedFiles> read_list_file(const std::filesystem::path& file,
                                        const std::filesystem::path& root);

// The samples of "FILE" or "NAME=FILE" below options.root, in the order of the lines and called
// like their images; named d_NAME where a line has depth, else c_NAME, after the file unless told.
//
// Errors    as above; IoError that names the first ten missing images, depth maps of a list with
//           depth (options.modality_required) and truths (options.masks_required) with their lines;
//           InvalidInput for two images of one name.
SampleList listed_samples(const std::string& text, const DatasetOptions& options);

// Likewise to learn from scribbles, all of task d: every line has an image, depth, scribbles (as
// `mask`), instances (as `regions`) and contours, or none has contours. `options` beside root and
// reading are not asked.
//
// Errors    InvalidInput that names the line for one that lacks a field, as in a list for networks
//           that look at the image alone, and for two images of one name; IoError that names the
//           first ten missing files with their lines.
std::vector<SampleFiles> listed_training_samples(const std::string& text,
                                                 const DatasetOptions& options);

}  // namespace salix::data
