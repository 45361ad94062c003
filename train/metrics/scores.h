// The scores of one prediction and of a set, by the definitions of A2S-v2's evaluation.
#pragma once

#include <array>
#include <cstdint>

#include "data/image/image.h"

namespace salix {

constexpr int kScoreCurvePoints = 255;

struct ImageScores {
  double mae = 0, adaptive_f = 0, s_measure = 0, e_measure = 0, weighted_f = 0, iou = 0,
         centre_distance = 0;
  // Point t: positive is what has trunc(255 p) >= 254 - t.
  std::array<double, kScoreCurvePoints> precision{}, recall{};
  bool empty_truth = false;
  // Where the reference divides zero by zero, gives NaN, and with it a NaN for the whole set.
  bool degenerate_block = false;  // S-measure: a block of no or one pixel
  bool empty_union = false;       // IoU: nothing predicted, nothing to find
  // Where the formulas say little: each is counted, none is left out.
  bool full_truth = false;    // all is foreground
  bool constant_map = false;  // one value: not stretched, and a black one is all positive for B
  bool single_pixel = false;  // 1 x 1: E-measure's divisor would be 0

  double max_f() const;  // of this image's own curve; a set's comes from averaged curves
};

struct ScoreOptions {
  // NaN in the degenerate cases, as the reference, instead of: 0 for a block of no pixels,
  // covariance 0 for one of one pixel, IoU 1 for two empty maps.
  bool nan_as_reference = false;
};

// prediction [H,W] in 0..1, truth [H,W,1], nonzero is foreground. One thread; float64.
//
// The reference's test program has float32 predictions and float32 means: it differs by some
// 1e-7, and where a pixel lies exactly on the adaptive threshold. Here the threshold is exact.
// Errors    InvalidInput for other sizes, no pixels, values outside 0..1.
ImageScores score_image(const data::FloatMap& prediction, const data::Image& truth,
                        const ScoreOptions& options = {});

// A saved 8-bit map [H,W,1] against a grey truth [H2,W2,1], as the reference's program for
// saved maps: the map resized to the truth's size (bicubic, as Pillow), stretched to 0..1 in
// float64 (or divided by 255 if constant), the truth by binary_truth_of_saved. Equal to NumPy
// to the last bit of the threshold.
ImageScores score_saved_map(const data::Image& map, const data::Image& grey_truth,
                            const ScoreOptions& options = {});

// A map [H,W] in 0..1 against a grey truth [H2,W2,1], as DHFR's test program: the truth resized to
// the map's size (bilinear, as Pillow), then binary_truth_of_saved; the map stretched to 0..1 in
// float32, or divided by 255 if constant.
ImageScores score_at_map_size(const data::FloatMap& map, const data::Image& grey_truth,
                              const ScoreOptions& options = {});

// A grey truth [H,W,1] as 0 / 1. The test program: (g - min) / (max - min + 1e-5) > 0.5, so a
// constant truth is empty, even a white one. The program for saved maps: g / (max + 1e-8) > 0.5.
data::Image binary_truth(const data::Image& grey);
data::Image binary_truth_of_saved(const data::Image& grey);

// The scores of a set: plain means over its images, but for F's curve, which is computed from
// averaged precision and recall. An empty truth counts, with a curve of zeros.
struct SetSummary {
  std::int64_t images = 0;
  double mae = 0, max_f = 0, adaptive_f = 0, s_measure = 0, e_measure = 0, weighted_f = 0, iou = 0,
         centre_distance = 0;
  std::array<double, kScoreCurvePoints> precision{}, recall{}, f{};
  std::int64_t empty_truths = 0, degenerate_blocks = 0, empty_unions = 0, full_truths = 0,
               constant_maps = 0, single_pixels = 0;
};

// Sums in the order of the calls, so equal orders give equal bits.
class SetScores {
 public:
  void add(const ImageScores& scores);
  // InvalidInput when there was no image.
  SetSummary summary() const;

 private:
  SetSummary sum_;
};

}  // namespace salix
