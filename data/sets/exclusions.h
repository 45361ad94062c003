// Samples that an evaluation leaves out by name.
#pragma once

#include <set>
#include <span>
#include <string>

#include "data/sets/dataset_options.h"

namespace salix::data {

// Which of a set's samples options.excluded names: by the sample's name, or with the extension of
// an image. Names that do not occur are told to options.warn, with the first of them. Errors
// InvalidInput when no sample would remain.
std::set<std::string> names_left_out(const std::string& set, std::span<const std::string> samples,
                                     const DatasetOptions& options);

// Tells options.warn of each set in options.excluded that is not among the sets that are read.
void warn_of_unused_exclusions(std::span<const std::string> sets, const DatasetOptions& options);

}  // namespace salix::data
