// What a pass over a list of samples reads and writes.
#pragma once

#include "data/sets/dataset.h"
#include "engine/io/result_paths.h"

namespace salix {

void add_inputs(io::ResultPaths& paths, const data::SampleList& list);

// Maps in `maps`/<name>.png, and pseudo labels that take the place of the folder `labels`; an
// empty path for none. After the inputs of all lists. Errors as ResultPaths.
void add_results(io::ResultPaths& paths, const data::SampleList& list,
                 const std::filesystem::path& maps, const std::filesystem::path& labels);

// That a training may leave its pseudo labels where `options` says. Makes the folders above them.
// Errors    as ResultPaths; InvalidInput for two sets of one name too.
void check_label_folders(const std::vector<data::SampleFiles>& samples,
                         const data::DatasetOptions& options);

}  // namespace salix
