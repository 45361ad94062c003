// One sample of supervised training from its files to network inputs: decode, crop, resize,
// mirror, scale.
#pragma once

#include <span>

#include "data/image/resampling.h"
#include "data/loading/sample_reader.h"

namespace salix {

enum class LabelKind {
  kMask,      // 8-bit grey; above 128 is foreground
  kScribbles  // 0 background, 1 foreground, all others unknown
};

struct SupervisedLook {
  bool crop = true;  // crop.h; false: the whole image. data::draw_flip mirrors either way
  LabelKind labels = LabelKind::kMask;
  data::Resampling resampling = data::Resampling::kBicubic;
};

// Memory of the caller. One that is empty is not filled, and its file not read; but the image is
// always read, as its size governs the crop.
struct SupervisedSpans {
  std::span<float> image;  // [S,S,3], normalised
  // [S,S,1]: 1 where the resized mask is above 128, else 0; of scribbles 0, 1 and 2 (unknown), the
  // nearest pixel's.
  std::span<float> mask;
  std::span<float> modality;  // [S,S,3] in 0..1: the depth, flow or thermal image of tasks d, o, t
};

// Image, mask and modality: the same crop, resample() to S x S = size x size (also of the mask;
// resample_labels() of scribbles), the same mirroring. A mask or modality of another size than the
// image is cut in proportion. Returns whether it was mirrored.
//
// Repeats   equal to Pillow 7 to 12 for equal decoded pixels (see data/image).
// Errors    IoError that names a file; InvalidInput for a mask or modality that is wanted and that
//           the sample has not.
bool load_supervised_sample(const data::SampleFiles& files, int size,
                            const data::SampleRequest& request, const SupervisedLook& look,
                            const SupervisedSpans& out);

}  // namespace salix
