#include "tools/test/evaluate_sets.h"

#include <ostream>

#include "tools/cli/progress.h"
#include "train/session/interrupted.h"

namespace salix::cli {

EvaluationResult evaluate_set(Exec& exec, Network& network, const data::SampleList& list,
                              EvaluationParams params, const std::filesystem::path& labels,
                              const Output& output) {
  Progress progress(output.err, list.name, static_cast<std::int64_t>(list.samples.size()),
                    stderr_is_terminal());
  params.on_progress = [&](std::int64_t images) { progress.advance(images); };
  params.on_failure = [&](const std::string& sentence) { progress.say("failed: " + sentence); };
  EvaluationResult result =
      evaluate_list(exec, network, list, params, labels,
                    [&](const std::string& sentence) { progress.say(sentence); });
  for (const data::Question& question : result.scored.questions)
    progress.say(str("note: ", list.name, ": ", question.sentence()));
  return result;
}

void check_all_done(const std::vector<EvaluationResult>& results) {
  for (const EvaluationResult& result : results) {
    if (result.stopped == 0) continue;
    throw Interrupted(str("stopped after ", result.images, " images of ", result.scored.name,
                          "; the scores are of what was done until then"),
                      result.stopped);
  }
  const std::string failures = failures_of(results);
  if (!failures.empty()) throw WorkFailed(failures);
}

}  // namespace salix::cli
