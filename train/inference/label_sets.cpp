#include "train/inference/label_sets.h"

namespace salix {

void label_training_sets(Exec& exec, Network& network, const std::string& letters,
                         const data::DatasetOptions& sources, const EvaluationParams& params,
                         Console& console) {
  data::DatasetOptions options = sources;
  options.masks_required = false;
  std::vector<EvaluationResult> results;
  for (const data::SampleList& list : lists_for(network.facts(), training_vals(letters), options)) {
    const auto bar = console.progress(list.name, static_cast<std::int64_t>(list.samples.size()));
    EvaluationParams here = params;
    here.on_progress = [&](std::int64_t images) { bar->advance(images); };
    here.on_failure = [&](const std::string& sentence) { console.say("failed: " + sentence); };
    results.push_back(evaluate_list(exec, network, list, here,
                                    data::pseudo_label_folder(list.task, set_name(list), options),
                                    [&](const std::string& where) { console.say(where); }));
  }
  console.result(table_of(results));
  const std::string failures = failures_of(results);
  if (!failures.empty()) throw Error(failures);
}

}  // namespace salix
