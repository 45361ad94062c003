// One iteration of stage 1 of A2S-v2: two forward passes at two sizes, the label-free losses,
// the backward pass and, every ave_batch iterations, the optimizer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "models/a2s/a2s.h"
#include "train/loop/gradient_step.h"
#include "train/loop/training_step.h"
#include "train/recipes/a2s/learning_rates.h"
#include "train/recipes/a2s/stage1_loss.h"

namespace salix {

struct Stage1Params {
  int epochs = 20;
  std::int64_t steps_per_epoch = 0;
  double learning_rate = 0.1;
  double weight_decay = 5e-4;
  std::string optimizer = "SGD";  // a name that make_optimizer() knows
  GradientStepParams gradients = {};
  std::array<double, 3> weights{1, 0.05, 1};  // of CSD, BTM, consistency
  double alpha = 200;                         // of BTM
  bool only_rgb = false;                      // BTM compares RGB only
  bool encoder_rests = false;                 // its rate is zero for the whole run
  bool skip_resting_encoder = true;           // then leave out its backward pass

  std::int64_t total_steps() const { return epochs * steps_per_epoch; }
};

// What one iteration needs.
struct Stage1Batch {
  Tensor image;           // [N,S,S,3], normalised
  Tensor priors;          // [N,S,S,3K]: the image, then depth, flow, thermal as the letters say
  int second_size = 0;    // S2
  int tune = 20;          // epochs for which the encoder rests
  int epoch = 1;          // from 1
  std::int64_t step = 1;  // from 1, over the whole run
};

struct Stage1Report {
  double total = 0, csd = 0, btm = 0, consistency = 0;  // weighted
  Stage1Rates rates;
  double gradient_norm = 0;  // before clipping; only with clipping
};

class Stage1Step {
 public:
  Stage1Step(A2s& network, const Stage1Params& params);

  // Leaves weights, momentum and running statistics as after this iteration.
  Queued<Stage1Report> queue(const Stage1Batch& batch);
  Stage1Report operator()(const Stage1Batch& batch) { return queue(batch).report(); }

  // Whether the encoder's backward pass is left out.
  bool skips_encoder() const { return skips_encoder_; }

  A2s& network() { return network_; }
  Optimizer& optimizer() { return *optimizer_; }
  GradientStep& gradients() { return gradients_; }
  const GradientStep& gradients() const { return gradients_; }
  const Stage1Params& params() const { return params_; }

 private:
  A2s& network_;
  Stage1Params params_;
  bool skips_encoder_;
  std::unique_ptr<Optimizer> optimizer_;
  GradientStep gradients_;
};

}  // namespace salix
