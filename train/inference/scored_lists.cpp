#include "train/inference/scored_lists.h"

#include "data/sets/list_file.h"
#include "train/inference/network_input.h"

namespace salix {
namespace {

void check_gives_maps(const NetworkFacts& network, const std::string& sets) {
  SALIX_CHECK(network.prediction == OutputKind::kMap, network.name,
              " is a classifier, and gives no map to score on ", sets);
}

}  // namespace

std::string training_vals(const std::string& letters) {
  std::string vals;
  for (const data::Task task : data::tasks_of(letters)) {
    if (!vals.empty()) vals += ',';
    vals += data::letter_of(task);
    vals += 'r';
  }
  return vals;
}

std::string set_name(const data::SampleList& list) { return list.name.substr(2); }

std::vector<data::SampleList> lists_for(const NetworkFacts& network, const std::string& vals,
                                        data::DatasetOptions options) {
  check_gives_maps(network, vals);
  const bool needs_modality = network.needs_modality();
  options.modality_required = options.modality_required && needs_modality;
  options.reading.grey_modality = network.grey_modality;
  std::vector<data::SampleList> lists = data::evaluation_lists(vals, options);
  for (const data::SampleList& list : lists) {
    SALIX_CHECK(!needs_modality || list.task != data::Task::kColour, network.name,
                " looks at two modalities, and ", list.name,
                " has images alone; choose sets of task d, o or t, or another network");
  }
  return lists;
}

data::SampleList listed_set(const NetworkFacts& network, const std::string& text,
                            data::DatasetOptions options) {
  check_gives_maps(network, text);
  const bool needs_modality = network.needs_modality();
  options.modality_required = options.modality_required && needs_modality;
  options.reading.grey_modality = network.grey_modality;
  data::SampleList list = data::listed_samples(text, options);
  SALIX_CHECK(!needs_modality || list.task != data::Task::kColour, network.name,
              " looks at two modalities, and the list ", text,
              " has no depth (of three fields the second is depth only where 'depth' occurs in the "
              "line)");
  return list;
}

ScoredAt scored_at_of(const NetworkFacts& network, bool full_size) {
  return network.fixed_size && !full_size ? ScoredAt::kNetwork : ScoredAt::kTruth;
}

EvaluationResult evaluate_list(Exec& exec, Network& network, const data::SampleList& list,
                               const EvaluationParams& params, const std::filesystem::path& labels,
                               const std::function<void(const std::string& sentence)>& say) {
  const bool at_input_size =
      params.crf || !labels.empty() || params.scored_at == ScoredAt::kNetwork;
  const SaliencyFunction saliency = saliency_of(network, at_input_size);
  EvaluationParams here = params;
  here.resampling = resampling_of(network.facts());
  if (labels.empty()) return evaluate(exec, saliency, list, here);
  EvaluationResult result = make_pseudo_labels(exec, saliency, list, labels, here);
  say(result.failed.empty() && result.stopped == 0
          ? str(result.saved, " pseudo labels of ", list.name, " in ", labels.string())
          : str("the pseudo labels of ", list.name, " stay in ", labels.string(),
                ".partial: ", result.stopped == 0 ? "some failed" : "some are not made"));
  return result;
}

std::vector<ScoredSet> scored_sets(const std::vector<EvaluationResult>& results) {
  std::vector<ScoredSet> sets;
  for (const EvaluationResult& result : results) {
    if (!result.scored.images.empty()) sets.push_back(result.scored);
  }
  return sets;
}

std::string table_of(const std::vector<EvaluationResult>& results) {
  const std::vector<ScoredSet> sets = scored_sets(results);
  return sets.empty() ? "" : scores_table(sets);
}

std::string failures_of(const std::vector<EvaluationResult>& results) {
  for (const EvaluationResult& result : results) {
    if (result.failed.empty()) continue;
    return str(result.failed.size(), " of ", result.images, " images of ", result.scored.name,
               " failed (named above)");
  }
  return "";
}

}  // namespace salix
