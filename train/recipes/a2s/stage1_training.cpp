#include "train/recipes/a2s/stage1_training.h"

#include <algorithm>

#include "train/loop/over_ranks.h"
#include "train/recipes/a2s/stage1_batch.h"

namespace salix {
namespace {

std::vector<int> tune_of(const std::vector<data::SampleFiles>& samples, std::optional<int> tune) {
  std::vector<int> epochs;
  epochs.reserve(samples.size());
  for (const data::SampleFiles& sample : samples) {
    epochs.push_back(tune.value_or(default_tune(sample)));
  }
  return epochs;
}

Stage1Params complete(Stage1Params params, const std::vector<int>& tune) {
  params.encoder_rests =
      std::all_of(tune.begin(), tune.end(), [&](int epochs) { return epochs >= params.epochs; });
  return params;
}

}  // namespace

Stage1Training::Stage1Training(Exec& exec, A2s& network,
                               const std::vector<data::SampleFiles>& samples,
                               const Stage1TrainingParams& params)
    : exec_(exec),
      params_(params),
      tune_(tune_of(samples, params.tune)),
      step_(network, complete(params.step, tune_)) {}

Queued<StepReport> Stage1Training::queue(const data::Batch& batch,
                                         const TrainingPosition& position) {
  Stage1Batch input =
      make_stage1_batch(exec_, batch, params_.size, params_.seed, position.step + 1);
  // As if the ranks' batches were one: its first sample is rank 0's.
  const int tune = tune_[static_cast<std::size_t>(batch.samples.front())];
  input.tune = static_cast<int>(OverRanks(exec_).of_first(tune));
  const std::int64_t second_size = input.second_size;
  return Queued<StepReport>([queued = step_.queue(input), second_size]() mutable -> StepReport {
    const Stage1Report report = queued.report();
    return {
        .total = report.total,
        .terms = {{"csd", report.csd}, {"btm", report.btm}, {"consistency", report.consistency}},
        .rates = {{"encoder", report.rates.encoder}, {"decoder", report.rates.decoder}},
        .more = {{"second_size", second_size}},
        .gradient_norm = report.gradient_norm};
  });
}

}  // namespace salix
