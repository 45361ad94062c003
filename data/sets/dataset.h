// The samples of data sets: which image belongs to which mask and modality.
// Layouts, set tables and options: docs/datasets.md.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/sets/dataset_options.h"
#include "data/sets/task.h"

namespace salix::data {

struct SampleFiles {
  Task task = Task::kColour;
  std::string set;   // "DUTS-TR"
  std::string name;  // below the image folder, without the extension: "0001", "bear/00001"
  std::filesystem::path image;
  std::filesystem::path mask;      // empty where there is none and none is needed
  std::filesystem::path modality;  // likewise; always empty for task c
  Reading reading = {};            // how these files are meant
  // A person drew the mask. False: a pseudo label or strokes, whose levels mean something else.
  bool has_truth = true;
  // Beside scribbles, empty where there are none: a map of regions (one level each), and one of the
  // strength of contours.
  std::filesystem::path regions = {}, contours = {};
};

struct SampleList {
  std::string name;  // "c_DUTS-TR"
  Task task = Task::kColour;
  std::vector<SampleFiles> samples;
};

enum class Labels {
  kNotNeeded,    // the ground truth is attached where it exists
  kGroundTruth,  // every image must have one
  kPseudo,       // every image must have a pseudo label, which takes its place
  kScribbles     // likewise a map of strokes, in the folder scribble/ beside the masks
};

struct TrainingFiles {
  Labels labels = Labels::kNotNeeded;
  // Of a video whose folder is called *select* every fifth frame, beginning with the first.
  bool thin_videos = false;
};

// What a training program reads: the training sets of the tasks in `letters` ("cdot" or some of
// them), joined in the order c, d, o, t.
//
// Pseudo labels lie in <pseudo_root>/<letter>/<set>/<name>.png, or under the original names
// d-split, t-split and o-joint for <letter>.
// Order     by path, so the same on every machine.
// Errors    IoError that names the first ten missing sets, masks or modality files and counts
//           the others; InvalidInput for two images that share a name.
std::vector<SampleFiles> training_samples(const std::string& letters, const TrainingFiles& files,
                                          const DatasetOptions& options);

// The lists that `vals` names: "ce" the test sets of task c, "cr" its training sets (all frames,
// with their ground truth), several with commas; "all" for the test sets of all four tasks.
// Masks that are missing are errors only if options.masks_required. Errors as above, all lists
// together.
std::vector<SampleList> evaluation_lists(const std::string& vals, const DatasetOptions& options);

// Where pseudo labels of a training set are written, and first looked for in stage 2.
std::filesystem::path pseudo_label_folder(Task task, const std::string& set,
                                          const DatasetOptions& options);

}  // namespace salix::data
