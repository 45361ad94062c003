// Dense CRF with two labels: sharpens a binary map along the edges of its image, as
// pydensecrf does with Krähenbühl and Koltun's library.
#pragma once

#include "data/image/image.h"
#include "engine/exec.h"

namespace salix {

struct DenseCrfParams {
  double certainty = 0.7;      // probability that a given label is right, 0..1 exclusive
  double gaussian_xy = 3;      // standard deviation of the smoothing kernel, in pixels
  double gaussian_weight = 3;  // 0 leaves the kernel out
  double bilateral_xy = 50;    // of the appearance kernel, in pixels
  double bilateral_rgb = 5;    // and in levels of 255
  double bilateral_weight = 10;
  int iterations = 10;
};

struct DenseCrfResult {
  data::Image labels;          // [H,W,1], 0 or 1; 0 where both are equally likely
  data::FloatMap probability;  // of label 1
};

// Mean-field inference with Potts compatibility and symmetric normalisation:
//   score = unary + sum_k weight_k n_k K_k(n_k (Q1 - Q0)),  n_k = 1 / sqrt(K_k 1).
//
// Shapes    guide [H,W,3], labels [H,W,1] with values 0 and 1, one size.
// Source    Krähenbühl and Koltun 2011; equal to pydensecrf to 1e-4 in probability, its
//           handling of H W not divisible by 4 included: it puts one more point, black and
//           at the origin, into the lattice, which sends nothing.
// Errors    InvalidInput for other shapes or labels, and for parameters out of range.
// Repeats   run_to_run, the same for any number of threads.
DenseCrfResult dense_crf(Exec& exec, const data::Image& guide, const data::Image& labels,
                         const DenseCrfParams& params = {});

}  // namespace salix
