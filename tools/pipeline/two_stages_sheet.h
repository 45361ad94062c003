// The contact sheet of two stages: image, (modality,) pseudo label, prediction, truth.
#pragma once

#include <filesystem>

#include "tools/pipeline/two_stages_options.h"

namespace salix::cli {

// Pictures of the training set, which alone has pseudo labels, with the prediction of stage 2.
// Truth is left blank where the set has none.
void write_two_stages_sheet(const TwoStagesOptions& stages, const std::filesystem::path& file);

}  // namespace salix::cli
