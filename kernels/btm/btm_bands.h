// BTM in float32 on the CPU: sixteen rows of an image at a time, eight pixels at once.
#pragma once

#include "kernels/btm/btm.h"

namespace salix::kernels::cpu {

// As kernels::btm, for float32. Per thread it holds one band of the features, no more.
void btm_bands(ConstView saliency, ConstView features, View loss, View contour_pixels, View slope,
               BtmParams params);

}  // namespace salix::kernels::cpu
