#include "tools/pipeline/one_training_plan.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "data/meaning/inspect.h"
#include "engine/io/json_text.h"
#include "engine/problems.h"
#include "layers/modules/init.h"
#include "models/weights/load_network.h"
#include "tools/cli/recipe_flags.h"
#include "tools/cli/refused_network.h"
#include "tools/features/features_run.h"
#include "tools/pipeline/one_training_sheet.h"
#include "tools/test/evaluate_sets.h"
#include "tools/train/run_training.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> networks_of_maps() {
  std::vector<std::string> names;
  for (const std::string& name : network_names())
    if (gives_maps(network_facts(name))) names.push_back(name);
  return names;
}

}  // namespace

std::string network_of(const std::vector<std::string>& command_line, const std::string& recipe) {
  const std::string named = word_after(command_line, "--network");
  std::string own;
  for (const std::string& name : networks_of_maps()) {
    if (name == named) return name;
    if (own.empty() && network_facts(name).default_recipe == recipe) own = name;
  }
  return own;
}

OneTrainingPlan::OneTrainingPlan(const PipelineSettings& settings, const std::string& network)
    : settings_(settings),
      network_told_(!network.empty()),
      // Of which network hardly matters to a description of the flags.
      flags_(network_told_ ? network : networks_of_maps().front(), settings.recipe) {}

void OneTrainingPlan::add_flags(CLI::App& command) {
  TrainingRequest& training = flags_.training;
  // Read before the command line is parsed: see network_of().
  CLI::Option* network = command.add_option_function<std::string>(
      "--network", [](const std::string&) {}, "which one learns");
  network->check(CLI::IsMember(networks_of_maps()));
  if (network_told_) {
    network->default_str(training.network);
  } else {
    network->required();
  }
  command.add_option("--weight", training.weight, "whole network to start from")
      ->type_name("FILE")
      ->excludes("--pretrain");
  command
      .add_option("--test-list", test_lists_,
                  "instead of --vals: [NAME=]FILE of lines `image [depth] [truth]`, with paths "
                  "below --data-path")
      ->type_name("FILE")
      ->excludes("--vals");
  add_recipe_flags(command, training.recipe_name, training.options);
  if (training.options.has("--trset")) command.remove_option(command.get_option("--trset"));
}

std::string OneTrainingPlan::examples() const {
  const char task = network_facts(network()).default_task;
  const std::string start =
      str("  salix pipeline --task ", task, " --recipe ", settings_.recipe,
          network_told_ ? "" : " --network " + network(), ' ', flags_.training.recipe->example());
  return str("Examples:\n", start, '\n', start, " --resume     (after Ctrl-C or a power cut)");
}

void OneTrainingPlan::take_settings() {
  flags_.common = settings_.common;
  flags_.data = settings_.data;
  TrainingRequest& training = flags_.training;
  training.sources = settings_.data.options();
  training.run_dir = (settings_.folder() / "training").string();
  training.pretrain = settings_.pretrain;
  training.allow_partial = settings_.allow_partial;
  training.workers = settings_.workers;
  training.checkpoint_every = settings_.checkpoint_every;
  if (training.options.has("--trset")) training.options.set("--trset", settings_.task);
  // Killed before it had a configuration, it has nothing to go on from.
  training.resume = fs::exists(fs::path(training.run_dir) / "config.json");
}

void OneTrainingPlan::check_training() {
  const TrainingRequest& training = flags_.training;
  const std::unique_ptr<Exec> exec = make_exec(flags_.common);
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
  problems.collect([&] { lists_ = tested(); });
  problems.raise();
}

// The training asks about its own files when it begins.
void OneTrainingPlan::check(const Output& output) {
  take_settings();
  check_training();
  for (const data::SampleList& list : lists_) {
    for (const data::InspectedSet& set : data::inspect(list.samples, /*fixed_threshold=*/false))
      for (const std::string& sentence : set.sentences())
        output.err << "note: " << sentence << '\n';
  }
}

std::vector<data::SampleList> OneTrainingPlan::tested() const {
  const NetworkFacts& facts = network_facts(network());
  const data::DatasetOptions options = settings_.data.options();
  if (test_lists_.empty()) return lists_for(facts, settings_.test_vals(), options);
  std::vector<data::SampleList> lists;
  for (const std::string& text : test_lists_) lists.push_back(listed_set(facts, text, options));
  return lists;
}

std::string OneTrainingPlan::config_json() const {
  const std::unique_ptr<Exec> exec = make_exec(flags_.common);
  auto config = nlohmann::ordered_json::parse(salix::config_json(flags_.training, *exec));
  config["pipeline"] = settings_.task;
  config["vals"] = settings_.test_vals();
  config["test_list"] = test_lists_;
  config["test_set"] = settings_.data.test_sets;
  config["exclude"] = settings_.data.excluded;
  config["available"] = settings_.data.available_only;
  // Of a training that ends early, or writes its weights under other names.
  config["weights"] = weights_.filename().string();
  return io::json_text(config) + "\n";
}

TestRequest OneTrainingPlan::evaluation() const {
  TestRequest request;
  request.network = network();
  request.common = settings_.common;
  request.common.json = false;
  request.data = settings_.data;
  request.weight = weights_.string();
  request.vals = settings_.test_vals();
  request.lists = test_lists_;
  request.size = flags_.training.recipe->plan().size;
  request.save = true;
  request.save_path = (settings_.folder() / "maps").string();
  request.report = (settings_.folder() / "scores").string();
  return request;
}

FeaturesRequest OneTrainingPlan::embeddings() const {
  const TestRequest tested = evaluation();
  FeaturesRequest request;
  request.network = tested.network;
  request.common = tested.common;
  request.data = tested.data;
  request.weight = tested.weight;
  request.vals = tested.vals;
  request.lists = tested.lists;
  request.size = tested.size;
  request.out = (settings_.folder() / "embeddings").string();
  request.sheet_images = 0;  // the pipeline's sheet has them
  return request;
}

std::vector<PlannedStep> OneTrainingPlan::steps(const Output& output) {
  std::vector<PlannedStep> steps{
      {{"training", str("Training of ", network(), ", recipe ", settings_.recipe), "training"},
       [this, &output] { run_training(flags_, output); }},
      {{"evaluation", "Evaluation on test sets", "scores"}, [this, &output] {
         const std::vector<EvaluationResult> results = score_sets(evaluation(), output);
         output.out << table_of(results);
         check_all_done(results);
       }}};
  if (network_facts(network()).gives_embedding) {
    steps.push_back({{"embeddings", "Embeddings of the test sets as colours", "embeddings"},
                     [this, &output] { show_features(embeddings(), output); }});
  }
  return steps;
}

void OneTrainingPlan::write_sheet(const fs::path& file) {
  std::vector<ShownSet> sets;
  for (const data::SampleList& list : lists_)
    sets.push_back({list, map_folder(evaluation(), list), fs::path(embeddings().out) / list.name});
  write_one_training_sheet(network_facts(network()), sets, settings_.sheet_images, file);
}

}  // namespace salix::cli
