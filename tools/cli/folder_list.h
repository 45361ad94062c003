// Samples from files and folders that a command line names, without any layout of a data set.
#pragma once

#include <string>
#include <vector>

#include "data/sets/dataset.h"

namespace salix::cli {

struct FolderFiles {
  std::vector<std::string> images;           // files, or folders whose pictures are all taken
  std::vector<std::string> masks, modality;  // likewise; empty: none are given
};

// A list of task d called after the first folder of images ("d_photos"; "d_images" of files alone).
// Masks and modality are those of their image's name, with any extension, and of one image the only
// ones there are.
//
// Errors    IoError for what is not there; InvalidInput for two files of one name, or when masks or
//           modality are given and some images have none: how many, and the first.
data::SampleList list_of_folders(const FolderFiles& files, const data::Warn& warn);

}  // namespace salix::cli
