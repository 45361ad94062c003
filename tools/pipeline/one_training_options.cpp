#include "tools/pipeline/one_training_options.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/io/json_text.h"
#include "tools/cli/recipe_flags.h"
#include "tools/cli/refused_network.h"
#include "train/inference/scored_lists.h"

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

OneTrainingOptions::OneTrainingOptions(const PipelineSettings& of, const std::string& network)
    : settings(of),
      network_told(!network.empty()),
      // Of which network hardly matters to a description of the flags.
      flags(network_told ? network : networks_of_maps().front(), of.recipe) {}

void OneTrainingOptions::take_settings() {
  flags.common = settings.common;
  flags.data = settings.data;
  TrainingRequest& training = flags.training;
  training.sources = settings.data.options();
  training.run_dir = (settings.folder() / "training").string();
  training.pretrain = settings.pretrain;
  training.allow_partial = settings.allow_partial;
  training.workers = settings.workers;
  training.checkpoint_every = settings.checkpoint_every;
  if (training.options.has("--trset")) training.options.set("--trset", settings.task);
  // Killed before it had a configuration, it has nothing to go on from.
  training.resume = fs::exists(fs::path(training.run_dir) / "config.json");
}

std::vector<data::SampleList> OneTrainingOptions::tested() const {
  const NetworkFacts& facts = network_facts(network());
  const data::DatasetOptions options = settings.data.options();
  if (test_lists.empty()) return lists_for(facts, settings.test_vals(), options);
  std::vector<data::SampleList> lists;
  for (const std::string& text : test_lists) lists.push_back(listed_set(facts, text, options));
  return lists;
}

TestRequest OneTrainingOptions::evaluation(const fs::path& weights) const {
  TestRequest request;
  request.network = network();
  request.common = settings.common;
  request.common.json = false;
  request.data = settings.data;
  request.weight = weights.string();
  request.vals = settings.test_vals();
  request.lists = test_lists;
  request.size = flags.training.recipe->plan().size;
  request.save = true;
  request.save_path = (settings.folder() / "maps").string();
  request.report = (settings.folder() / "scores").string();
  return request;
}

FeaturesRequest OneTrainingOptions::embeddings(const fs::path& weights) const {
  const TestRequest tested = evaluation(weights);
  FeaturesRequest request;
  request.network = tested.network;
  request.common = tested.common;
  request.data = tested.data;
  request.weight = tested.weight;
  request.vals = tested.vals;
  request.lists = tested.lists;
  request.size = tested.size;
  request.out = (settings.folder() / "embeddings").string();
  request.sheet_images = 0;  // the pipeline's sheet has them
  return request;
}

std::string OneTrainingOptions::config_json(const fs::path& weights) const {
  const std::unique_ptr<Exec> exec = make_exec(flags.common);
  auto config = nlohmann::ordered_json::parse(salix::config_json(flags.training, *exec));
  config["pipeline"] = settings.task;
  config["vals"] = settings.test_vals();
  config["test_list"] = test_lists;
  config["test_set"] = settings.data.test_sets;
  config["exclude"] = settings.data.excluded;
  config["available"] = settings.data.available_only;
  // Of a training that ends early, or writes its weights under other names.
  config["weights"] = weights.filename().string();
  return io::json_text(config) + "\n";
}

void add_one_training_flags(CLI::App& command, OneTrainingOptions& options) {
  TrainingRequest& training = options.flags.training;
  // Read before the command line is parsed: see network_of().
  CLI::Option* network = command.add_option_function<std::string>(
      "--network", [](const std::string&) {}, "which one learns");
  network->check(CLI::IsMember(networks_of_maps()));
  if (options.network_told) {
    network->default_str(training.network);
  } else {
    network->required();
  }
  command.add_option("--weight", training.weight, "whole network to start from")
      ->type_name("FILE")
      ->excludes("--pretrain");
  command
      .add_option("--test-list", options.test_lists,
                  "instead of --vals: [NAME=]FILE of lines `image [depth] [truth]`, with paths "
                  "below --data-path")
      ->type_name("FILE")
      ->excludes("--vals");
  add_recipe_flags(command, training.recipe_name, training.options);
  if (training.options.has("--trset")) command.remove_option(command.get_option("--trset"));
}

}  // namespace salix::cli
