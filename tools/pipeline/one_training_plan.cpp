#include "tools/pipeline/one_training_plan.h"

#include <ostream>

#include "data/meaning/inspect.h"
#include "engine/problems.h"
#include "layers/modules/init.h"
#include "models/weights/load_network.h"
#include "tools/features/features_run.h"
#include "tools/pipeline/one_training_sheet.h"
#include "tools/test/evaluate_sets.h"
#include "tools/train/run_training.h"

namespace salix::cli {

namespace fs = std::filesystem;

std::string OneTrainingPlan::examples() const {
  const std::string& recipe = options_.settings.recipe;
  const bool own = network_of({}, recipe) == network();
  const std::string start =
      str("  salix pipeline --task ", network_facts(network()).default_task, " --recipe ", recipe,
          own ? "" : str(" --network ", network()), ' ', options_.flags.training.recipe->example());
  return str("Examples:\n", start, '\n', start, " --resume     (after Ctrl-C or a power cut)");
}

void OneTrainingPlan::check_training() {
  const TrainingRequest& training = options_.flags.training;
  const std::unique_ptr<Exec> exec = make_exec(options_.flags.common);
  std::unique_ptr<Network> network;
  Problems problems;
  // A training that has begun has its weights.
  if (const std::string& file = training.initial_weights(); !file.empty() && !training.resume) {
    problems.collect([&] {
      network = load_network(*exec, training.network, file, training.allow_partial).network;
    });
  }
  if (!network) {
    const init::SkipInit skip(*exec);
    network = make_network(*exec, training.network);
  }
  const RunPlan plan = training.recipe->plan();
  problems.collect([&] { check_batch(network->facts(), plan, plan.batch); });
  if (problems.collect([&] { training.recipe->check(*network); })) {
    problems.collect([&] {
      weights_ = training.last_weights(training.recipe->samples(training.sources).size());
    });
  }
  problems.collect([&] { lists_ = options_.tested(); });
  problems.raise();
}

// The training asks about its own files when it begins.
void OneTrainingPlan::check(const Output& output) {
  options_.take_settings();
  check_training();
  for (const data::SampleList& list : lists_) {
    for (const data::InspectedSet& set : data::inspect(list.samples, /*fixed_threshold=*/false))
      for (const std::string& sentence : set.sentences())
        output.err << "note: " << sentence << '\n';
  }
}

std::vector<PlannedStep> OneTrainingPlan::steps(const Output& output) {
  std::vector<PlannedStep> steps{
      {{"training", str("Training of ", network(), ", recipe ", options_.settings.recipe),
        "training"},
       [this, &output] { run_training(options_.flags, output); }},
      {{"evaluation", "Evaluation on test sets", "scores"}, [this, &output] {
         const std::vector<EvaluationResult> results =
             score_sets(options_.evaluation(weights_), output);
         output.out << table_of(results);
         check_all_done(results);
       }}};
  if (network_facts(network()).gives_embedding) {
    steps.push_back({{"embeddings", "Embeddings of the test sets as colours", "embeddings"},
                     [this, &output] { show_features(options_.embeddings(weights_), output); }});
  }
  return steps;
}

void OneTrainingPlan::write_sheet(const fs::path& file) {
  std::vector<ShownSet> sets;
  for (const data::SampleList& list : lists_)
    sets.push_back({list, map_folder(options_.evaluation(weights_), list),
                    fs::path(options_.embeddings(weights_).out) / list.name});
  write_one_training_sheet(network_facts(network()), sets, options_.settings.sheet_images, file);
}

}  // namespace salix::cli
