// Whole data sets of generated scenes, in the folder layouts of the real ones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "data/sets/task.h"

namespace salix::data {

struct GeneratedSet {
  Task task = Task::kColour;
  std::string name;       // "DUTS-TR"
  bool training = false;  // of a video set: half of its clips are called select_*, as DAVSOD's are
  int count = 100;        // pictures; of a video set: frames, of all clips together
  int frames = 12;        // per clip
  int height = 240, width = 320;  // of four pictures in five; the others stand upright
  std::uint64_t seed = 0;
  bool scribbles = false;  // for RGB-D: a folder scribble/ beside mask/
};

// Whether DHFR's training can read it: a training set of RGB-D with scribbles. It has folders
// regions/ and contours/ too (image_maps.h), and `root` a list file of its samples
// (scribble_list.h).
bool has_scribble_list(const GeneratedSet& set);

// Marks `folder` as one of painted pictures, by a hidden file: what lies there may be painted over.
// Errors    InvalidInput when it has no mark, but files in its sub-folder `images`: they are
//           somebody's, and a painted 0001.jpg could replace a photograph.
void claim_for_painting(const std::filesystem::path& folder, const std::string& images);

// Writes images (.jpg), masks (.png) and modality (depth .png, flow and heat .jpg) below `root`:
// data/sets/dataset_layout.h. Painted files that are there already are replaced. The bytes depend
// on the set's name, letter, size and seed alone. `advance` is called after each picture, from the
// calling thread. Errors as above; of a set with a list, for a list there that was not written
// here, and for a name with a space.
void write_generated_set(const std::filesystem::path& root, const GeneratedSet& set,
                         const std::function<void()>& advance = {});

}  // namespace salix::data
