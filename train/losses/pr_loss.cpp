#include "train/losses/pr_loss.h"

#include "engine/autograd/tape.h"
#include "kernels/gather/gather.h"
#include "layers/functional/binary.h"
#include "layers/functional/concat.h"
#include "layers/functional/reduce.h"
#include "layers/functional/slice.h"
#include "layers/functional/unary.h"
#include "layers/functional/where.h"

namespace salix {
namespace {

constexpr int kBins = 254;
constexpr double kTiny = 1e-20;

// Which of the bins [i / 254, (i + 1) / 254) each value lies in; 1 lies in bin 254.
Tensor bin_of(const Tensor& q) {
  const Tensor bins = Tensor::full(q.exec(), Shape{}, kBins, q.dtype());
  const Tensor guess = (q * bins).to(DType::kInt32).to(q.dtype());
  // Rounding can lift the product across a level, but not drop it: in float32 and float64 alike
  // (i / 254) * 254 is never below i.
  return guess - less(q, guess / bins);
}

}  // namespace

Tensor pr_loss(const Tensor& logits, const Tensor& target) {
  SALIX_CHECK(logits.numel() > 0 && logits.shape() == target.shape(),
              "pr_loss: logits and target must have one shape, not empty; got ", logits.shape(),
              " and ", target.shape());
  const NoGrad no_grad(logits.exec());
  const Tensor t = target.reshape({-1, 1});
  Tensor q = sigmoid(logits).reshape({-1, 1});
  const Tensor zeros = Tensor::zeros(q.exec(), q.shape(), q.dtype());
  q = where(equal(q, q), q, zeros);

  // A histogram is the gradient of a look-up: every bin adds up the rows that name it.
  const Tensor rows = concat({zeros + 1.0, t}, 1), bin = bin_of(q).to(DType::kInt32);
  Tensor sums = Tensor::empty(q.exec(), {kBins + 1, 2}, q.dtype());
  kernels::gather_backward(q.exec(), rows.view(), bin.reshape({-1}).view(), sums.mutable_view());

  const Tensor count = slice(sums, {0, 0}, {kBins, 1}), common = slice(sums, {0, 1}, {kBins, 1});
  const Tensor precision = sum(common / (count + kTiny));
  const Tensor recall = sum(common / (sum(t) + kTiny));
  return 2.0 - (precision + recall) / (kBins + 1.0);
}

}  // namespace salix
