#include "train/inference/pseudo_labels.h"

#include "train/inference/scored_lists.h"

namespace salix {
namespace {

namespace fs = std::filesystem;

// rename() does not replace a folder that has files in it: the old one steps aside first.
void replace_folder(const fs::path& partial, const fs::path& folder) {
  const fs::path old = folder.string() + ".old";
  fs::remove_all(old);
  if (fs::exists(folder)) fs::rename(folder, old);
  fs::rename(partial, folder);
  fs::remove_all(old);
}

}  // namespace

EvaluationResult make_pseudo_labels(Exec& exec, const SaliencyFunction& network,
                                    const data::SampleList& list, const fs::path& folder,
                                    EvaluationParams params) {
  const fs::path partial = folder.string() + ".partial";
  fs::remove_all(partial);
  fs::create_directories(partial);
  params.crf = true;
  params.maps = partial;
  EvaluationResult result = evaluate(exec, network, list, params);
  if (result.failed.empty()) replace_folder(partial, folder);
  return result;
}

void label_training_sets(Exec& exec, Network& network, const std::string& letters,
                         const data::DatasetOptions& sources, const EvaluationParams& params,
                         Console& console) {
  data::DatasetOptions options = sources;
  options.masks_required = false;
  const SaliencyFunction saliency = saliency_of(network, /*at_input_size=*/true);
  std::vector<EvaluationResult> results;
  std::size_t failed = 0;
  for (const data::SampleList& list : lists_for(network, training_vals(letters), options)) {
    const fs::path folder = data::pseudo_label_folder(list.task, set_name(list), options);
    const auto bar = console.progress(list.name, static_cast<std::int64_t>(list.samples.size()));
    EvaluationParams here = params;
    here.on_progress = [&](std::int64_t images) { bar->advance(images); };
    here.on_failure = [&](const std::string& sentence) { console.say("failed: " + sentence); };
    EvaluationResult result = make_pseudo_labels(exec, saliency, list, folder, here);
    console.say(result.failed.empty()
                    ? str(result.saved, " pseudo labels of ", list.name, " in ", folder.string())
                    : str("the pseudo labels of ", list.name, " stay in ", folder.string(),
                          ".partial: some failed"));
    failed += result.failed.size();
    results.push_back(std::move(result));
  }
  console.result(table_of(results));
  if (failed > 0) throw Error(str(failed, " images failed (named above)"));
}

}  // namespace salix
