// One sample of training from scribbles, from its files to network inputs and labels: DHFR's
// sequence of Pillow calls.
#pragma once

#include <span>

#include "data/loading/sample_reader.h"

namespace salix {

struct ScribbleLook {
  int size = 224;       // S
  bool augment = true;  // draw_scribble(); false: each sample whole and as it is
  // Regions keep their numbers whatever there are, and are rotated by the nearest pixel; what is
  // rotated in is region 0. Published: 8 bits, bicubic (label_encoding.h).
  bool exact_regions = false;
  // Scribbles and regions are rotated by the nearest pixel, and what is rotated in is unknown (2)
  // and region 0. Published: bicubic, and what is rotated in is background.
  bool rotate_labels_nearest = false;
  bool contours = true;  // false: without the field, for lists that have none
};

// Memory of the caller, all of it filled; `contour` empty unless ScribbleLook::contours.
struct ScribbleSpans {
  std::span<float> image;     // [S,S,3], normalised
  std::span<float> depth;     // [S,S,3] in 0..1, three equal channels: colours become grey
  std::span<float> semantic;  // [S,S,1]: 0 background, 1 foreground, 2 unknown
  std::span<float> instance;  // [S,S,1]: the region, an integer
  std::span<float> contour;   // [S,S,1] in 0..1
};

// Every file is 8-bit grey, but the image, which is RGB. The same for all of them: mirrored, cut to
// the middle, rotated, as draw_scribble() says; of the image then brightness, contrast, colour and
// sharpness; all resize_nearest_floor() to S x S.
//
// Repeats   equal to Pillow and NumPy for equal decoded pixels (tests/golden/make_scribble.py).
// Errors    IoError that names a file that cannot be read, has another size than the image, or
//           holds something else than its labels (label_files.h); InvalidInput for a sample
//           without one of the files.
void load_scribble_sample(const data::SampleFiles& files, const data::SampleRequest& request,
                          const ScribbleLook& look, const ScribbleSpans& out);

// InvalidInput that names the first of these files that the sample has not.
void check_scribble_files(const data::SampleFiles& files, const ScribbleLook& look);

}  // namespace salix
