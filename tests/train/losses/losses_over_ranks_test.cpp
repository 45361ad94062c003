// The losses of stage 1 on ranks of one image each, beside those of both images as one batch.
#include <gmock/gmock.h>

#include "engine/autograd/tape.h"
#include "layers/functional/slice.h"
#include "layers/functional/unary.h"
#include "tests/support/loss_scene.h"
#include "tests/support/tensors.h"
#include "tests/support/thread_ranks.h"
#include "train/losses/btm_loss.h"
#include "train/recipes/a2s/stage1_loss.h"

namespace salix::testing {
namespace {

struct Losses {
  double total = 0, btm = 0;
  std::vector<double> dlogits1, dlogits2;
};

// Of the images [first, first + count).
Losses losses_of(Exec& exec, std::int64_t first, std::int64_t count) {
  const LossScene scene = loss_scene(exec, DType::kFloat64);
  const auto part = [&](const Tensor& map) { return slice(map, 0, first, count); };
  Tensor logits1 = part(scene.logits1), logits2 = part(scene.logits2);
  logits1.set_requires_grad(true);
  logits2.set_requires_grad(true);
  const Stage1Loss loss =
      stage1_loss(logits1, part(scene.priors1), logits2, part(scene.priors2), {});
  backward(loss.total);
  return {loss.total.item(), loss.btm.item(), logits1.grad().to_vector<double>(),
          logits2.grad().to_vector<double>()};
}

TEST(LossesOverRanks, TheirMeanIsTheLossOfOneBatch) {
  Exec exec;
  const Losses whole = losses_of(exec, 0, 2);
  std::vector<Losses> parts(2);
  ThreadRanks(2).run([&](Exec& own, Communicator& comm) {
    own.extension<Ranks>().communicator = &comm;
    parts[static_cast<std::size_t>(comm.rank())] = losses_of(own, comm.rank(), 1);
  });
  EXPECT_NEAR((parts[0].total + parts[1].total) / 2, whole.total, 1e-12);
  EXPECT_NEAR((parts[0].btm + parts[1].btm) / 2, whole.btm, 1e-12);
  // The two have different numbers of contour pixels: the ranks' own means would differ.
  EXPECT_GT(std::abs(parts[0].btm - parts[1].btm), 1e-3);
  for (const auto dlogits : {&Losses::dlogits1, &Losses::dlogits2}) {
    const std::size_t half = (parts[0].*dlogits).size();
    for (std::size_t i = 0; i < 2 * half; ++i) {
      EXPECT_NEAR((parts[i / half].*dlogits)[i % half] / 2, (whole.*dlogits)[i], 1e-14) << i;
    }
  }
}

TEST(LossesOverRanks, BtmWithoutContourOnOneRankOrOnAll) {
  Exec exec;
  const LossScene scene = loss_scene(exec, DType::kFloat64);
  const auto image = [](const Tensor& map) { return slice(map, 0, 0, 1); };
  const double alone = btm_loss(sigmoid(image(scene.logits1)), image(scene.priors1)).loss.item();
  ThreadRanks(2).run([&](Exec& own, Communicator& comm) {
    own.extension<Ranks>().communicator = &comm;
    Tensor flat = Tensor::full(own, {1, 64, 64, 1}, 0.9, DType::kFloat64);
    flat.set_requires_grad(true);
    const Tensor priors = image(loss_scene(own, DType::kFloat64).priors1);
    const Tensor map = sigmoid(image(loss_scene(own, DType::kFloat64).logits1));
    // Twice the value on the one rank: the mean over both is that of the pixels there are.
    const double loss = btm_loss(comm.rank() == 0 ? map : flat, priors).loss.item();
    EXPECT_NEAR(loss, comm.rank() == 0 ? 2 * alone : 0, 1e-12);
    const BtmLoss none = btm_loss(flat, priors);
    backward(none.loss);
    EXPECT_EQ(none.loss.item(), 0);
    EXPECT_EQ(dot(flat.grad(), flat.grad()), 0);
  });
}

}  // namespace
}  // namespace salix::testing
