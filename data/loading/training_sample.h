// One sample from its files to network inputs, with the operations of the A2S-v2 loader in their
// order: decode, resize, mirror, scale.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/image/image.h"
#include "data/image/resampling.h"
#include "data/meaning/questions.h"
#include "data/sets/dataset.h"

namespace salix::data {

struct TrainingSample {
  std::vector<float> image;  // [S,S,3], normalised
  std::vector<float> mask;   // [S,S], 0..1; empty where the sample has none
  // Depth, flow, thermal, [S,S,3] in 0..1: empty where the letter is not trained on, zeros
  // where the sample has no such modality.
  std::vector<float> prior[kModalities];
  bool flipped = false;
};

// Image and modality: RGB, resample() to S x S; mask: grey, resample_labels(); all mirrored left to
// right if `flip`; files are read as their Reading says (read_meant.h); then normalize_rgb,
// normalize_mask (min and max after the resize, so a constant mask becomes 0) and scale_modality. S
// = size > 0; letters as in tasks_of().
//
// Repeats   equal to Pillow 7 to 12 and NumPy to the bit for equal decoded pixels (JPEG decoders
//           differ by a level or two, see image_io.h).
// Errors    IoError that names the file.
TrainingSample load_training_sample(const SampleFiles& files, const std::string& letters, int size,
                                    bool flip, Resampling resampling = Resampling::kBicubic);

// The same into memory of the caller. A span that is empty is not filled, and its file not read.
struct SampleSpans {
  std::span<float> image, mask;
  std::span<float> prior[kModalities];
};
void load_training_sample(const SampleFiles& files, int size, bool flip, Resampling resampling,
                          const SampleSpans& out);

struct TestSample {
  std::vector<float> image;     // [S,S,3], normalised
  std::vector<float> modality;  // [S,S,3] in 0..1; empty where there is none
  Image truth;                  // grey [H,W,1] as in the file, unscaled; empty where there is none
  int height = 0, width = 0;    // the truth's, else the photograph's, pixels
};

// As above, without mirroring; the truth keeps its size. Maps are scored and written at
// height x width. What is strange about the files is asked in `questions`, unless nullptr.
TestSample load_test_sample(const SampleFiles& files, int size, Questions* questions = nullptr,
                            Resampling resampling = Resampling::kBicubic);

}  // namespace salix::data
