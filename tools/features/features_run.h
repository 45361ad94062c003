// Pictures of a network's embedding, of whole data sets or any pictures.
#pragma once

#include "tools/commands.h"
#include "tools/features/features_request.h"

namespace salix::cli {

// What `salix features` does: <out>/<set>/<name>.png, and <out>/<set>.png, the contact sheet. All
// that is missing of the request shows before the network runs.
// Errors    WorkFailed when samples failed, Interrupted after a signal; the others are done.
void show_features(const FeaturesRequest& request, const Output& output);

}  // namespace salix::cli
