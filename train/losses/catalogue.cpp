#include "train/losses/catalogue.h"

#include "layers/functional/binary.h"
#include "train/losses/iou_loss.h"
#include "train/losses/pixel_losses.h"
#include "train/losses/region_losses.h"
#include "train/losses/ssim_loss.h"

namespace salix {

Tensor catalogue_loss(char letter, const Tensor& logits, const Tensor& target) {
  SALIX_CHECK(logits.rank() == 4 && logits.shape() == target.shape(),
              "catalogue_loss: logits and target must have one shape [N,H,W,C]; got ",
              logits.shape(), " and ", target.shape());
  switch (letter) {
    case 'b':
      return bce_loss(logits, target);
    case 's':
      return ssim_loss(logits, target);
    case 'i':
      return iou_loss(logits, target, {.epsilon = 0, .threshold_target = false});
    case 'd':
      return dice_loss(logits, target);
    case 'e':
      return edge_loss(logits, target);
    case 'c':
      return contour_loss(logits, target);
    case 'f':
      return fscore_loss(logits, target);
    case 'w':
      return weighted_fscore_loss(logits, target);
    case 'o':
      return focal_loss(logits, target);
    case 'm':
      return mse_loss(logits, target);
    default:
      throw InvalidInput(str("catalogue_loss: the letters are b s i d e c f w o m; got ", letter));
  }
}

Tensor catalogue_loss(const std::string& letters, const Tensor& logits, const Tensor& target,
                      const std::vector<double>& weights) {
  SALIX_CHECK(!letters.empty() && (weights.empty() || weights.size() == letters.size()),
              "catalogue_loss: needs letters and no weights, or one for each; got '", letters,
              "' and ", weights.size(), " weights");
  Tensor total;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    Tensor term = catalogue_loss(letters[i], logits, target);
    if (!weights.empty()) term = term * weights[i];
    total = total.defined() ? total + term : term;
  }
  return total;
}

}  // namespace salix
