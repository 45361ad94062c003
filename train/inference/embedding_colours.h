// Embeddings as pictures: each pixel's vector becomes a colour, alike vectors alike colours.
#pragma once

#include <vector>

#include "data/image/image.h"
#include "train/inference/inference_item.h"

namespace salix {

// The main directions of many vectors: principal component analysis.
struct PrincipalDirections {
  // Of the matrix of all vectors minus their mean; falling.
  std::vector<double> singular_values;
  // Of length 1. Signs are chance where they come from, so each is turned until its component of
  // the greatest magnitude (the first of them) is positive.
  std::vector<std::vector<double>> directions;
};

// vectors [rows,channels] in rows -> `channels` directions, the main one first. In float64, by the
// eigenvectors of the scatter matrix, [channels,channels].
PrincipalDirections principal_directions(const std::vector<double>& vectors, int channels);

// Whose pixels the directions are made of.
enum class DirectionsOf {
  kEachImage,  // a picture's own
  kBatch       // those of all pictures together, so that they can be compared
};

// embedding [N,h,w,C], C >= 3 -> N pictures [h,w,3]. Each pixel's vector divided by its length (at
// least 1e-12), projected as it is, not centred, on the three main directions; each picture's
// channel then moved and scaled from its least to its greatest value to 0..255, and truncated.
//
// Source    DHFR's benchmark_sod_featvis.py; its training log takes the directions of the batch.
// Departs   a channel without a range is 0, and signs are those of PrincipalDirections.
// Errors    InvalidInput for another shape, or values that are not finite.
std::vector<data::Image> embedding_colours(const HostValues& embedding,
                                           DirectionsOf of = DirectionsOf::kEachImage);

}  // namespace salix
