#include "tools/pipeline/two_stages_options.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/io/json_text.h"
#include "train/recipes/two_stages.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

// What both trainings share.
TrainFlags training(const TwoStagesOptions& stages, const std::string& network,
                    const std::string& folder) {
  const PipelineSettings& settings = stages.settings;
  TrainFlags flags(network, network_facts(network).default_recipe);
  flags.common = settings.common;
  flags.data = settings.data;
  flags.data.pseudo_root = (settings.folder() / "pseudo").string();
  TrainingRequest& request = flags.training;
  request.run_dir = (settings.folder() / folder).string();
  request.pretrain = settings.pretrain;
  request.allow_partial = settings.allow_partial;
  request.options.set("--size", static_cast<double>(stages.size));
  request.options.set("--batch", static_cast<double>(stages.batch));
  request.workers = settings.workers;
  request.checkpoint_every = settings.checkpoint_every;
  // Killed before it had a configuration, it has nothing to go on from.
  request.resume = fs::exists(fs::path(request.run_dir) / "config.json");
  return flags;
}

}  // namespace

std::string TwoStagesOptions::network(int stage) const {
  const TwoStages networks = two_stages(data::task_of(settings.task.front()));
  return stage == 1 ? networks.first : networks.second;
}

TrainFlags TwoStagesOptions::stage1() const {
  TrainFlags flags = training(*this, network(1), "stage1");
  Options& options = flags.training.options;
  options.set("--trset", stage1_trset.empty() ? settings.task : stage1_trset);
  options.set("--epochs", static_cast<double>(epochs1));
  options.set("--lr", rate1);
  options.set("--no-labels", true);
  return flags;
}

TrainFlags TwoStagesOptions::stage2() const {
  TrainFlags flags = training(*this, network(2), "stage2");
  Options& options = flags.training.options;
  options.set("--trset", settings.task);
  options.set("--epochs", static_cast<double>(epochs2));
  options.set("--lr", rate2);
  options.set("--olr", refine_labels);
  options.set("--olr-rule", refinement_rule);
  return flags;
}

fs::path TwoStagesOptions::weights(int stage) const {
  return settings.folder() /
         str("stage", stage, '/', network(stage), "_base_", stage == 1 ? epochs1 : epochs2, ".pth");
}

TestRequest TwoStagesOptions::evaluation(int stage) const {
  TestRequest request;
  request.network = network(stage);
  request.common = settings.common;
  request.common.json = false;
  request.data = settings.data;
  request.data.pseudo_root = (settings.folder() / "pseudo").string();
  request.weight = weights(stage).string();
  request.vals = settings.test_vals();
  request.size = size;
  request.save = true;
  request.save_path = (settings.folder() / "maps").string();
  request.report = (settings.folder() / "scores" / str("stage", stage)).string();
  return request;
}

TestRequest TwoStagesOptions::labels() const {
  TestRequest request = evaluation(1);
  request.vals = label_vals();
  request.crf = true;
  request.keep_labels = true;
  request.report = (settings.folder() / "scores" / "labels").string();
  return request;
}

std::string TwoStagesOptions::config_json() const {
  nlohmann::ordered_json config{
      {"pipeline", settings.task},
      {"network", network(2)},
      {"stage1_trset", stage1_trset.empty() ? settings.task : stage1_trset},
      {"vals", settings.test_vals()},
      {"pretrain", settings.pretrain},
      {"size", size},
      {"batch", batch},
      {"epochs1", epochs1},
      {"epochs2", epochs2},
      {"lr1", rate1},
      {"lr2", rate2},
      {"seed", settings.common.seed}};
  if (refine_labels) config["olr"] = refinement_rule;
  for (const auto& [option, value] : data::words_of(settings.data.options().reading))
    config[option] = value;
  return io::json_text(config) + "\n";
}

void add_two_stages_flags(CLI::App& command, TwoStagesOptions& options) {
  // The pipeline has a place of its own for pseudo labels, so two of these flags have no meaning.
  command.remove_option(command.get_option("--pseudo-root"));
  command.remove_option(command.get_option("--pseudo"));
  command.add_option("--stage1-trset", options.stage1_trset,
                     "training letters of stage 1, as in cdot (default: the task)");
  command.add_option("--size", options.size, "network input")
      ->capture_default_str()
      ->check(CLI::Range(160, 4096));
  command.add_option("--batch", options.batch, "images per iteration")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  command.add_option("--epochs1", options.epochs1, "of stage 1")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  command.add_option("--epochs2", options.epochs2, "of stage 2")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  command.add_option("--lr1", options.rate1, "learning rate of stage 1")->capture_default_str();
  command.add_option("--lr2", options.rate2, "learning rate of stage 2")->capture_default_str();
  command.add_flag("--olr", options.refine_labels, "stage 2 refines its labels from epoch 2 on");
  command.add_option("--olr-rule", options.refinement_rule, "replace or blend")
      ->capture_default_str()
      ->check(CLI::IsMember({"replace", "blend"}));
}

}  // namespace salix::cli
