// The CRF branch on image files: any photograph and its saliency map of any size.
#pragma once

#include "data/image/image.h"
#include "engine/exec.h"
#include "train/crf/dense_crf.h"

namespace salix {

struct RefineOptions {
  int size = 320;    // both are brought to size x size, as for the network; 0: the image's own
  bool otsu = true;  // labels are what lies above Otsu's threshold; else above 0.5
  int median = 7;    // of the final labels, odd; 1 leaves them alone
  DenseCrfParams crf = {};
};

struct RefinedMap {
  data::Image labels;          // 0 or 255, of the image's size
  data::FloatMap probability;  // of the CRF, before the median, of the size worked in
};

// image [H,W,3]; map [h,w,1], 0..255, bilinearly resized where its size differs. At `size` the
// guide is what remains of the network's input after normalising and back.
RefinedMap refine_map(Exec& exec, const data::Image& image, const data::Image& map,
                      const RefineOptions& options = {});

}  // namespace salix
