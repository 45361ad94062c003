#include "tools/test/evaluate_sets.h"

#include <ostream>

#include "tools/cli/progress.h"

namespace salix::cli {

EvaluationResult evaluate_set(Exec& exec, Network& network, const data::SampleList& list,
                              EvaluationParams params, const std::filesystem::path& labels,
                              const Output& output) {
  Progress progress(output.err, list.name, static_cast<std::int64_t>(list.samples.size()),
                    stderr_is_terminal());
  params.on_progress = [&](std::int64_t images) { progress.advance(images); };
  params.on_failure = [&](const std::string& sentence) { progress.say("failed: " + sentence); };
  const SaliencyFunction saliency = saliency_of(network, params.crf || !labels.empty());
  if (labels.empty()) return evaluate(exec, saliency, list, params);
  EvaluationResult result = make_pseudo_labels(exec, saliency, list, labels, params);
  progress.say(result.failed.empty()
                   ? str(result.saved, " pseudo labels of ", list.name, " in ", labels.string())
                   : str("the pseudo labels of ", list.name, " stay in ", labels.string(),
                         ".partial: some failed"));
  return result;
}

void check_all_done(const std::vector<EvaluationResult>& results) {
  for (const EvaluationResult& result : results) {
    if (result.failed.empty()) continue;
    throw WorkFailed(str(result.failed.size(), " of ", result.images, " images of ",
                         result.scored.name, " failed (named above)"));
  }
}

}  // namespace salix::cli
