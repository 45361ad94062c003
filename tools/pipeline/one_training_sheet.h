// The contact sheet of one training: image, (modality,) map, (embedding,) truth.
#pragma once

#include <filesystem>
#include <vector>

#include "data/sets/dataset.h"
#include "models/network.h"

namespace salix::cli {

struct ShownSet {
  const data::SampleList& list;
  std::filesystem::path maps, embeddings;  // folders of <name>.png
};

// Some pictures of each set, maps and embeddings enlarged to their size. At least one set.
// Errors    IoError for a file that cannot be read.
void write_one_training_sheet(const NetworkFacts& network, const std::vector<ShownSet>& sets,
                              int images_per_set, const std::filesystem::path& file);

}  // namespace salix::cli
