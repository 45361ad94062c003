// What there is to see of an iteration: the published program's panels, a row per sample.
#pragma once

#include <string>

#include "train/loop/logged_picture.h"
#include "train/loop/step_input.h"
#include "train/recipes/scribble/two_passes.h"

namespace salix {

// Makes one picture "panels" when called, of tensors that it keeps until then: per sample the image
// and the depth (stretched to their own range over the batch), the contour label, scribbles and
// regions in VOC's colours, the saliency map, the contour map, and the embedding's first three
// principal components over the batch as colours.
PictureMaker panels_of(const StepInput& input, const std::string& modality, const TwoPasses& seen);

}  // namespace salix
