// `salix test` of a classifier: pictures in class folders, top-1, top-5 and loss.
#pragma once

#include "models/network.h"
#include "tools/commands.h"

namespace salix::cli {

void add_classify(CLI::App& test, const NetworkFacts& network, const Output& output);

}  // namespace salix::cli
