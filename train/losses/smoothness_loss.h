// Edge-aware smoothness: a saliency map may change where the image does (Zhang et al., "Weakly
// supervised salient object detection via scribble annotations", CVPR 2020; DHFR adds the
// Laplacian).
#pragma once

#include "engine/tensor.h"

namespace salix {

// 10 (T(Sobel x) + T(Sobel y)) + T(Laplacian) of P = sigmoid(logits), where
//   T(f) = mean sqrt((|f * P| exp(-10 |f * G|))^2 + 0.001^2),
// 3x3 filters, zeros beyond the border, G the grey image in 0..1 that a normalised RGB image stands
// for. The filters are uploaded once, so that no iteration waits for them.
class SmoothnessLoss {
 public:
  explicit SmoothnessLoss(Exec& exec, DType dtype = DType::kFloat32);
  // logits [N,H,W,1], image [N,H,W,3], which gets no gradient; one element.
  // Errors    InvalidInput for other shapes or types.
  Tensor operator()(const Tensor& logits, const Tensor& image) const;

 private:
  Tensor filters_;  // [3,3,3,1]: Sobel across, Sobel down, Laplacian of all eight neighbours
  Tensor luma_;     // [1,1,1,3], of the normalised image
  Tensor weights_;  // [3], of the filters
};

}  // namespace salix
