// What the contact sheets of pipelines share.
#pragma once

#include <vector>

#include "data/image/image.h"
#include "data/sets/dataset.h"

namespace salix::cli {

// At most `count` samples, evenly spread over the set, as neighbours may be frames of one video.
std::vector<data::SampleFiles> evenly_chosen(const std::vector<data::SampleFiles>& samples,
                                             int count);

// A grey picture of the same size, for what is not there.
data::Image blank(const data::Image& like);

}  // namespace salix::cli
