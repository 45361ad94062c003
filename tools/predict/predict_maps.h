// Saliency maps of any images, folders or .npy batches.
#pragma once

#include "tools/commands.h"
#include "tools/predict/predict_request.h"

namespace salix::cli {

// What `salix predict` does. All that is missing of the request shows before the network runs.
// Errors    WorkFailed when inputs failed; the others are done.
void predict_maps(const PredictRequest& request, const Output& output);

}  // namespace salix::cli
