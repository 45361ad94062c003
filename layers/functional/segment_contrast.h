// The differentiable segment-contrastive loss, and the accuracy that goes with it.
#pragma once

#include "engine/tensor.h"
#include "kernels/segment_contrast/segment_contrast.h"

namespace salix {

using kernels::SegmentContrastParams;

// Prototypes to compare with. How many of the room they fill is known on the device.
struct PrototypeTable {
  Tensor vectors;  // [K,C], of length 1
  Tensor labels;   // [K] int32
  Tensor bounds;   // [B+1] int32, where the parts begin; the last element is the number of vectors
};

// Vectors [R,C] (or with more leading axes) with their labels and the index of their own prototype.
struct ContrastRows {
  Tensor vectors;
  Tensor labels;  // int32
  Tensor own;     // int32
};

// The mean loss of the rows, one element: gradients flow to rows.vectors and prototypes.vectors.
// The memory's are constants; an empty table for none. Formula:
// kernels/segment_contrast/segment_contrast.h.
Tensor segment_contrast(const ContrastRows& rows, const PrototypeTable& prototypes,
                        const PrototypeTable& memory, const SegmentContrastParams& params = {});

// The share of equal labels among the 5 nearest of each of all prototypes; one element, off the
// tape. Formula: kernels/neighbour_accuracy/neighbour_accuracy.h.
Tensor neighbour_accuracy(const PrototypeTable& prototypes, const PrototypeTable& memory);

}  // namespace salix
