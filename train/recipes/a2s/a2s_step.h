// One iteration of stage 1 of A2S-v2: two forward passes at two sizes, and the label-free losses.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "train/loop/training_step.h"

namespace salix {

struct A2sStepParams {
  int epochs = 20;
  std::int64_t steps_per_epoch = 1;
  std::string optimizer = "SGD";  // a name that make_optimizer() knows
  double learning_rate = 0.1, weight_decay = 5e-4;
  UpdateRuleParams update = {};
  std::array<double, 3> weights{1, 0.05, 1};  // of CSD, BTM, consistency
  double alpha = 200;                         // of BTM
  bool only_rgb = false;                      // BTM compares RGB only
  // Epochs for which the encoder rests (its rate is 0), of each sample of the data set: the first
  // one of a batch decides. Empty: 20.
  std::vector<int> tune = {};
  int second_size = 0;  // S2 of every iteration; 0: S + 64 u, u of -2, -1, 1, 2 drawn from `seed`
  std::uint64_t seed = 0;
  bool skip_resting_encoder = true;  // leaves out its backward pass where it rests for all epochs
};

// The encoder's and the decoder's rates: the encoder rests for the first `tune` epochs, then
// learns at a hundredth. step counts from 1, epoch too.
std::vector<double> a2s_rates(double base, std::int64_t step, std::int64_t total_steps, int epoch,
                              int tune);

// Reads "image" [N,S,S,3], normalised, and whichever there are of "prior_d", "prior_o", "prior_t"
// [N,S,S,3]. The network's first group of parameters is the encoder. Outputs of its loss: those
// of the first pass, and "second".
class A2sStep : public TrainingStep {
 public:
  A2sStep(Network& network, A2sStepParams params);

  Loss loss(const StepInput& input, const TrainingPosition& position) override;
  std::vector<double> rates(const StepInput& input, const TrainingPosition& position) override;
  UpdateRule& update() override { return update_; }
  Module& network() override { return network_; }

  // Whether the encoder's backward pass is left out.
  bool skips_encoder() const { return skips_encoder_; }

 private:
  Network& network_;
  A2sStepParams params_;
  UpdateRule update_;
  bool skips_encoder_;
};

}  // namespace salix
