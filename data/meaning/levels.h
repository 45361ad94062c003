// How the levels of a grey image are distributed.
#pragma once

#include <string>
#include <vector>

#include "data/image/image.h"

namespace salix::data {

// The levels that occur, rising; at most `limit` + 1 of them. grey [H,W,1].
std::vector<int> levels_of(const Image& grey, int limit);

// Whether a level between the lowest and the highest fills an area, as the indices of objects or
// classes do and the soft border of an object does not: of at most 32 levels one that is neither
// near 0 nor near the highest has pixels whose eight neighbours are all of it, 0.5 % of the image
// or more. JPEG's noise is near the ends, and masks of many greys are ordinary.
bool has_indices(const Image& grey);

// "levels 0 3 15", or "12 levels in 0..200".
std::string text_of_levels(const std::vector<int>& levels);

}  // namespace salix::data
