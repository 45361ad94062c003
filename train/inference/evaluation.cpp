#include "train/inference/evaluation.h"

#include "train/inference/evaluation_item.h"
#include "train/inference/inference_pass.h"

namespace salix {

EvaluationResult evaluate(Exec& exec, const SaliencyFunction& network, const data::SampleList& list,
                          const EvaluationParams& params) {
  SALIX_CHECK(!list.samples.empty(), "evaluate: ", list.name, " has no samples");
  EvaluationTally tally{
      .result = {.scored = {.name = list.name, .images = {}, .summary = {}, .questions = {}},
                 .failed = {}},
      .scores = {},
      .questions = {}};
  InferenceItems items;
  for (std::size_t place = 0; place < list.samples.size(); ++place) {
    items.push_back(std::make_unique<EvaluationItem>(list.samples[place], place,
                                                     network.needs_modality, params, tally));
  }
  try {
    run_inference(exec, network, std::move(items), params.batch);
  } catch (const PassStopped&) {
  }
  ScoredSet& scored = tally.result.scored;
  scored.questions = tally.questions.all();
  if (!scored.images.empty()) scored.summary = tally.scores.summary();
  return std::move(tally.result);
}

}  // namespace salix
