// Where the results of `salix predict` go.
#pragma once

#include "tools/commands.h"
#include "tools/predict/predict_files.h"
#include "tools/predict/predict_request.h"

namespace salix::cli {

// The endings of a job's results: ".png", "_overlay.png" ...
std::vector<std::string> result_endings(const PredictJob& job, const PredictRequest& request);

// Gives every job a name whose results meet no others: of a.jpg, a.png and a_2.jpg the second
// becomes "a_3", and says so. Makes the folders.
// Errors    InvalidInput when a result would replace one of the files that are read, or the sheet
//           has a name of no picture; IoError when the folders cannot be written to.
void name_results(std::vector<PredictJob>& jobs, const ModalityFiles& modality,
                  const PredictRequest& request, const Output& output);

}  // namespace salix::cli
