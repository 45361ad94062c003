#include "train/losses/csd_loss.h"

#include <cmath>

#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"

namespace salix {

double csd_exponent(int epoch, int epochs) {
  SALIX_CHECK(epoch >= 1 && epochs >= 1, "csd_exponent: epochs count from 1; got ", epoch, " of ",
              epochs);
  return std::exp2(1.0 - static_cast<double>(epoch - 1) / epochs);
}

Tensor csd_loss(const Tensor& logits, int epoch, int epochs) {
  const double m = csd_exponent(epoch, epochs);
  return std::pow(0.5, m) - mean(pow(abs(sigmoid(logits) - 0.5), m));
}

}  // namespace salix
