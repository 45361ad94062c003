// samples.json: which files the scores beside it are of, for the report of a run.
#pragma once

#include <filesystem>
#include <vector>

#include "data/sets/dataset.h"

namespace salix::cli {

struct SavedSet {
  const data::SampleList* list;
  std::filesystem::path maps, labels;  // folders of <name>.png; empty: none
};

// {"sets": [{"name", "samples": [{"name", "image", "mask", "modality", "pseudo_label", "map"}]}]}.
// Paths are absolute, "" where there is none. Atomic.
void write_samples(const std::filesystem::path& path, const std::vector<SavedSet>& sets);

}  // namespace salix::cli
