// Pictures of what a network has learned: the colours of its embedding, image by image.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/drawing/compose.h"
#include "data/meaning/questions.h"
#include "data/sets/dataset.h"
#include "models/network.h"
#include "train/inference/inference_item.h"

namespace salix {

// Groups the pixels of an embedding [1,h,w,C]: h * w numbers of groups, below 0 for none. On any
// thread.
using Segmenter = std::function<std::vector<std::int32_t>(const HostValues& embedding)>;

struct FeatureParams {
  int size = 224;                     // network input, and of the pictures
  int batch = 1;                      // images per pass
  std::filesystem::path folder = {};  // <folder>/<name>.png of every sample
  bool maps = false;                  // and <folder>/<output>/<name>.png of every map, trunc(255 p)
  Segmenter segments = {};  // and, with it, <folder>/segments/<name>.png, over the photograph
  int sheet_images = 0;     // how many of the first samples come onto the contact sheet
  std::function<void(std::int64_t images)> on_progress = {};
  std::function<void(const std::string& sentence)> on_failure = {};  // of a sample
  std::function<int()> stop = {};  // asked after every sample: not 0 ends the pass
};

struct FeatureResult {
  std::int64_t images = 0;              // done, or failed
  std::vector<std::string> failed;      // names
  std::vector<data::SheetEntry> sheet;  // tiles as in feature_sheet_titles()
  std::vector<data::Question> questions;
  int stopped = 0;
};

// "image"; of a network that looks at a modality "depth", "flow" or "thermal", as the task has it;
// "saliency", "embedding".
std::vector<std::string> feature_sheet_titles(const NetworkFacts& network, data::Task task);

// The whole list by run_inference(), of a network in eval mode: embedding_colours() of each image
// alone, enlarged by resize_nearest_pillow(), as DHFR's benchmark_sod_featvis.py writes them.
// Errors    InvalidInput for an empty list, or a network without an embedding.
FeatureResult write_features(Exec& exec, Network& network, const data::SampleList& list,
                             const FeatureParams& params);

}  // namespace salix
