// Left and right exchanged.
#pragma once

#include "data/image/image.h"

namespace salix::data {

void mirror(Image& image);

}  // namespace salix::data
