#include "tools/pipeline/pipeline_options.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/io/json_text.h"
#include "train/recipes/two_stages.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

// What both trainings share.
TrainFlags training(const PipelineRequest& pipeline, const std::string& network,
                    const std::string& folder) {
  TrainFlags flags(network, network_facts(network).default_recipe);
  flags.common = pipeline.common;
  flags.data = pipeline.data;
  flags.data.pseudo_root = (pipeline.folder() / "pseudo").string();
  TrainingRequest& request = flags.training;
  request.run_dir = (pipeline.folder() / folder).string();
  request.pretrain = pipeline.pretrain;
  request.allow_partial = pipeline.allow_partial;
  request.options.set("--size", static_cast<double>(pipeline.size));
  request.options.set("--batch", static_cast<double>(pipeline.batch));
  request.workers = pipeline.workers;
  request.checkpoint_every = pipeline.checkpoint_every;
  // Killed before it had a configuration, it has nothing to go on from.
  request.resume = fs::exists(fs::path(request.run_dir) / "config.json");
  return flags;
}

}  // namespace

fs::path PipelineRequest::folder() const {
  return run_dir.empty() ? fs::path("pipeline") / task : fs::path(run_dir);
}

std::string PipelineRequest::network(int stage) const {
  const TwoStages networks = two_stages(data::task_of(task.front()));
  return stage == 1 ? networks.first : networks.second;
}

TrainFlags PipelineRequest::stage1() const {
  TrainFlags flags = training(*this, network(1), "stage1");
  Options& options = flags.training.options;
  options.set("--trset", stage1_trset.empty() ? task : stage1_trset);
  options.set("--epochs", static_cast<double>(epochs1));
  options.set("--lr", rate1);
  options.set("--no-labels", true);
  return flags;
}

TrainFlags PipelineRequest::stage2() const {
  TrainFlags flags = training(*this, network(2), "stage2");
  Options& options = flags.training.options;
  options.set("--trset", task);
  options.set("--epochs", static_cast<double>(epochs2));
  options.set("--lr", rate2);
  options.set("--olr", refine_labels);
  options.set("--olr-rule", refinement_rule);
  return flags;
}

fs::path PipelineRequest::weights(int stage) const {
  return folder() /
         str("stage", stage, '/', network(stage), "_base_", stage == 1 ? epochs1 : epochs2, ".pth");
}

TestRequest PipelineRequest::evaluation(int stage) const {
  TestRequest request;
  request.network = network(stage);
  request.common = common;
  request.common.json = false;
  request.data = data;
  request.data.pseudo_root = (folder() / "pseudo").string();
  request.weight = weights(stage).string();
  request.vals = test_vals();
  request.size = size;
  request.save = true;
  request.save_path = (folder() / "maps").string();
  request.report = (folder() / "scores" / str("stage", stage)).string();
  return request;
}

TestRequest PipelineRequest::labels() const {
  TestRequest request = evaluation(1);
  request.vals = label_vals();
  request.crf = true;
  request.keep_labels = true;
  request.report = (folder() / "scores" / "labels").string();
  return request;
}

std::string PipelineRequest::config_json() const {
  nlohmann::ordered_json config{{"pipeline", task},
                                {"network", network(2)},
                                {"stage1_trset", stage1_trset.empty() ? task : stage1_trset},
                                {"vals", test_vals()},
                                {"pretrain", pretrain},
                                {"size", size},
                                {"batch", batch},
                                {"epochs1", epochs1},
                                {"epochs2", epochs2},
                                {"lr1", rate1},
                                {"lr2", rate2},
                                {"seed", common.seed}};
  if (refine_labels) config["olr"] = refinement_rule;
  for (const auto& [option, value] : data::words_of(data.options().reading)) config[option] = value;
  return io::json_text(config) + "\n";
}

void add_pipeline_options(CLI::App& command, PipelineRequest& request) {
  add_common_options(command, request.common);
  command
      .add_option("--task", request.task,
                  "c RGB (cornet); d RGB-D, o video, t RGB-T (midnet) in stage 2")
      ->required()
      ->check(CLI::IsMember({"c", "d", "o", "t"}));
  command.add_option("--run-dir", request.run_dir, "folder of everything (default: pipeline/TASK)")
      ->type_name("DIR");
  command.add_flag("--resume", request.resume, "go on where the pipeline stopped");
  command
      .add_option("--pretrain", request.pretrain,
                  "encoder that both stages start from: MoCo-v2, torchvision or any ResNet-50 file")
      ->type_name("FILE");
  command.add_flag("--allow-partial", request.allow_partial,
                   "accept an encoder file that lacks tensors");
  // The pipeline has a place of its own for pseudo labels, so two of these flags have no meaning.
  add_dataset_flags(command, request.data);
  add_set_reading_flags(command, request.data);
  command.remove_option(command.get_option("--pseudo-root"));
  command.remove_option(command.get_option("--pseudo"));
  command.add_option("--stage1-trset", request.stage1_trset,
                     "training letters of stage 1, as in cdot (default: the task)");
  command.add_option("--vals", request.vals, "sets to evaluate (default: the task's test sets)");
  command.add_option("--size", request.size, "network input")
      ->capture_default_str()
      ->check(CLI::Range(160, 4096));
  command.add_option("--batch", request.batch, "images per iteration")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  command.add_option("--epochs1", request.epochs1, "of stage 1")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  command.add_option("--epochs2", request.epochs2, "of stage 2")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  command.add_option("--lr1", request.rate1, "learning rate of stage 1")->capture_default_str();
  command.add_option("--lr2", request.rate2, "learning rate of stage 2")->capture_default_str();
  command.add_flag("--olr", request.refine_labels, "stage 2 refines its labels from epoch 2 on");
  command.add_option("--olr-rule", request.refinement_rule, "replace or blend")
      ->capture_default_str()
      ->check(CLI::IsMember({"replace", "blend"}));
  command.add_option("--workers", request.workers, "threads that read images")
      ->capture_default_str()
      ->check(CLI::Range(0, 256));
  command.add_option("--checkpoint-every", request.checkpoint_every, "iterations")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  command.add_option("--sheet-images", request.sheet_images, "pictures of the contact sheet")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
}

}  // namespace salix::cli
