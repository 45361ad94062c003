#include "tools/train/train_options.h"

#include <CLI/CLI.hpp>
#include <ostream>

#include "tools/cli/recipe_flags.h"
#include "train/recipes/catalogue.h"

namespace salix::cli {
namespace {

void add_start(CLI::App& command, TrainingRequest& training) {
  command
      .add_option("--pretrain", training.pretrain,
                  "encoder to start from: MoCo-v2, torchvision or any ResNet-50 file")
      ->type_name("FILE");
  command.add_option("--weight", training.weight, "whole network to start from")
      ->type_name("FILE")
      ->excludes("--pretrain");
  command.add_flag("--allow-partial", training.allow_partial,
                   "accept an encoder file that lacks tensors");
}

void add_folder(CLI::App& command, TrainingRequest& training) {
  command
      .add_option("--weight-path,--weight_path", training.weight_path,
                  "runs lie in <weight-path>/<network>/resnet/<trset>/<sub>")
      ->capture_default_str()
      ->type_name("DIR");
  command.add_option("--sub", training.sub, "name of the run")->capture_default_str();
  command.add_option("--run-dir", training.run_dir, "folder of the run, instead")->type_name("DIR");
  command.add_flag("--resume", training.resume, "go on from the newest checkpoint of the run");
  command.add_option("--checkpoint-every", training.checkpoint_every, "iterations")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  command.add_option("--keep", training.keep, "checkpoints that stay")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
}

void add_run(CLI::App& command, TrainFlags& flags) {
  TrainingRequest& training = flags.training;
  command.add_option("--vals", training.vals,
                     "data sets to score after every epoch: ce,cr,... (default: none)");
  command.add_flag("--debug", training.score_at_start, "score them before the first epoch too");
  command.add_option("--workers", training.workers, "threads that read images")
      ->capture_default_str()
      ->check(CLI::Range(0, 256));
  command.add_flag("--sync-bn", training.sync_batch_norm,
                   "under mpirun: batch norm over the images of all ranks, not of each");
  command
      .add_option("--on-bad-image", flags.on_bad_image, "fail, or skip: another image stands in")
      ->capture_default_str()
      ->check(CLI::IsMember({"fail", "skip"}));
  command.add_flag("--audit-trace", training.audit_trace,
                   "write audit.jsonl: a hash of every tensor of every step, for audit diff");
}

constexpr const char* kIgnored = "Accepted for old command lines, without effect";

std::string first_spelling(const std::string& flags) { return flags.substr(0, flags.find(',')); }

// Flags of the original scripts that had no effect there, or have none here, unless the recipe
// has a use for them.
void add_ineffective(CLI::App& command, TrainFlags& flags) {
  const auto is_free = [&](const char* name) {
    return !flags.training.options.has(first_spelling(name));
  };
  for (const char* name : {"--schedule", "--step-size,--step_size", "--gamma",
                           "--test-batch,--test_batch", "--backbone", "--gpus", "--ac", "--temp"}) {
    if (is_free(name)) command.add_option(name)->group(kIgnored);
  }
  for (const char* name : {"--multi", "--orig-size,--orig_size", "--refine"}) {
    if (is_free(name)) command.add_flag(name)->group(kIgnored);
  }
  // The original's stages are recipes here; what contradicts the recipe is refused.
  const std::string& loss = recipe_entry(flags.training.recipe_name).loss;
  CLI::Option* stage = command.add_option("--stage", flags.stage)->group(kIgnored);
  if (loss.starts_with("stage")) stage->check(CLI::IsMember({loss.back() - '0'}));
}

}  // namespace

void add_train_options(CLI::App& command, TrainFlags& flags) {
  add_common_options(command, flags.common);
  add_dataset_flags(command, flags.data);
  add_set_reading_flags(command, flags.data);
  add_recipe_choice(command, flags.training.recipe_name);
  add_start(command, flags.training);
  add_folder(command, flags.training);
  add_run(command, flags);
  add_recipe_flags(command, flags.training.recipe_name, flags.training.options);
  add_ineffective(command, flags);
}

void warn_of_ignored(const CLI::App& command, std::ostream& err) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_group() == kIgnored && option->count() > 0 && option->get_name() != "--stage")
      err << "note: " << option->get_name() << " has no effect\n";
  }
}

}  // namespace salix::cli
