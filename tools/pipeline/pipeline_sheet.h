// The contact sheet of a pipeline: image, (modality,) pseudo label, prediction, truth.
#pragma once

#include <filesystem>

#include "tools/pipeline/pipeline_options.h"

namespace salix::cli {

// The first pictures of the training set, which alone has pseudo labels, with the prediction of
// stage 2. Truth is left blank where the set has none.
void write_pipeline_sheet(const PipelineRequest& request, const std::filesystem::path& file);

}  // namespace salix::cli
